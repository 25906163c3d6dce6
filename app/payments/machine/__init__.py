"""The payment machine: hold, ask the outside, settle once; shared by payments, top-ups and withdrawals.

Two transactions around a call with none open (architecture, Flow): what happens between them leaves an
instruction that is visibly `processing`, and an inquiry by our own reference settles it.
"""
