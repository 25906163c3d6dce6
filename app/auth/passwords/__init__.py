"""What a good login password and a good transaction password are: pure rules and their data.

Nothing here hashes, stores, counts tries or words a message. Callers import from this package.
"""

from app.auth.passwords.login import PasswordViolation, normalise_password, password_violations
from app.auth.passwords.making import make_password
from app.auth.passwords.policies import COMPOSITION, PASSWORD_POLICIES, PasswordPolicy
from app.auth.passwords.strength import password_score
from app.auth.passwords.transaction import (
    TransactionPasswordViolation,
    transaction_password_violations,
)

__all__ = [
    "COMPOSITION",
    "PASSWORD_POLICIES",
    "PasswordPolicy",
    "PasswordViolation",
    "TransactionPasswordViolation",
    "make_password",
    "normalise_password",
    "password_score",
    "password_violations",
    "transaction_password_violations",
]
