"""The score behind live hints while a password is typed. It refuses nothing: that is `login.py`."""

from collections.abc import Sequence
from typing import Final

from zxcvbn_rs_py import zxcvbn

from app.auth.passwords.login import normalise_password
from app.auth.passwords.personal import SERVICE_NAMES

SCORED_LENGTH: Final = 100
"""The estimator's cost grows faster than the length; beyond this the score says nothing new."""


def password_score(password: str, identifiers: Sequence[str] = ()) -> int:
    """How hard `password` is to guess, from 0 (at once) to 4 (very hard), as zxcvbn estimates.

    The account's `identifiers` and the service's names count as words the guesser knows. Takes
    a few milliseconds at most.
    """
    known = [part for identifier in identifiers for part in (identifier, *identifier.split("@"))]
    head = normalise_password(password)[:SCORED_LENGTH]
    return int(
        zxcvbn(_encodable(head), [_encodable(word) for word in (*known, *SERVICE_NAMES)]).score
    )


def _encodable(text: str) -> str:
    """`text` with lone surrogates replaced, which the estimator cannot take."""
    return text.encode("utf-8", "replace").decode("utf-8")
