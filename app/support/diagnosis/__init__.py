"""What became of a payment that a user remembers: matched, then where the money is, then why.

Pure but for `gather.py` and `surroundings.py`, which read. The order is `support.md`'s: money always before cause.
"""
