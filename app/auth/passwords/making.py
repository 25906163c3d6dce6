"""A password that the program makes: for somebody who will change it."""

import secrets
from collections.abc import Sequence
from typing import Final

from app.auth.passwords.login import password_violations
from app.auth.passwords.policies import PasswordPolicy

ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without what is taken for something else when it is read aloud or copied by hand: i, l, o, 0, 1."""
GROUPS, GROUP_LENGTH = 5, 4  # 20 of 31 characters: 99 bits


def make_password(policy: PasswordPolicy, identifiers: Sequence[str] = ()) -> str:
    """A random one that breaks no rule of `policy`, such as `k7qm-2xzp-hhd4-wn8c-t3vr`."""
    while True:
        groups = (_group() for _ in range(GROUPS))
        password = "-".join(groups)
        if not password_violations(password, identifiers=identifiers, policy=policy):
            return password


def _group() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(GROUP_LENGTH))
