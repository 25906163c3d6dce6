"""Double-entry bookkeeping: every movement of money is a balanced, immutable set of postings."""
