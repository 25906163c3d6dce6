"""The wallet: one folder per domain, wired together in factory.py. Nothing is imported here."""
