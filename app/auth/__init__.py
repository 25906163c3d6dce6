"""Accounts: who users are, what proves it, and the passwords that they keep."""
