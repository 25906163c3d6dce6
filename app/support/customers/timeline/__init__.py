"""Everything that happened to a customer, as one list.

`money.py`, `accounts.py` and `desk.py` name where it lies, `reading.py` merges.
Each source is one query that brings at most a page; the merged list is cut to a page again.
"""
