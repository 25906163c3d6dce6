"""Transaction password rules (contract, section 3): six digits that are not everybody's.

Pure: hashing, tries and locks are not here.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.auth.passwords.personal import contains_identifier_digits

_SIX_DIGITS: Final = re.compile(r"[0-9]{6}")
_REPEATED_BLOCK: Final = re.compile(r"([0-9]{1,3})\1+")
_ROUND_AND_ROUND: Final = "0123456789" * 2


class TransactionPasswordViolation(StrEnum):
    """Why a transaction password is refused; the contract's codes, in the order answered."""

    NOT_SIX_DIGITS = "not_six_digits"
    REPEATED_DIGITS = "repeated_digits"
    SEQUENTIAL_DIGITS = "sequential_digits"
    CONTAINS_IDENTIFIER = "contains_identifier"
    CONFIRMATION_MISMATCH = "confirmation_mismatch"


@dataclass(frozen=True, slots=True)
class _Candidate:
    text: str
    confirmation: str | None
    identifiers: Sequence[str]


def transaction_password_violations(
    transaction_password: str,
    *,
    confirmation: str | None = None,
    identifiers: Sequence[str] = (),
) -> tuple[TransactionPasswordViolation, ...]:
    """Every rule that `transaction_password` breaks, in the order of the codes; empty if none.

    Digits are ASCII, so full-width or Arabic ones are `not_six_digits`; the rules about digits are
    asked of six digits only. Repeated: one block of one, two or three digits throughout (111111,
    121212, 123123). Sequential: up or down by one, past nine to zero too (123456, 654321, 890123).
    Others that are common, such as 112233, pass: a locked counter guards them, and each further
    rule shrinks the choice. `identifiers` are the account's, in stored form.
    """
    candidate = _Candidate(transaction_password, confirmation, identifiers)
    has_shape = _SIX_DIGITS.fullmatch(transaction_password) is not None
    rules = (_DIGIT_RULES if has_shape else _NO_SHAPE) + _CONFIRMATION_RULES
    return tuple(violation for violation, breaks in rules if breaks(candidate))


def _is_sequential(digits: str) -> bool:
    return digits in _ROUND_AND_ROUND or digits[::-1] in _ROUND_AND_ROUND


_Rule = tuple[TransactionPasswordViolation, Callable[[_Candidate], bool]]

_NO_SHAPE: Final[tuple[_Rule, ...]] = (
    (TransactionPasswordViolation.NOT_SIX_DIGITS, lambda _: True),
)
_DIGIT_RULES: Final[tuple[_Rule, ...]] = (
    (
        TransactionPasswordViolation.REPEATED_DIGITS,
        lambda c: _REPEATED_BLOCK.fullmatch(c.text) is not None,
    ),
    (TransactionPasswordViolation.SEQUENTIAL_DIGITS, lambda c: _is_sequential(c.text)),
    (
        TransactionPasswordViolation.CONTAINS_IDENTIFIER,
        lambda c: contains_identifier_digits(c.text, c.identifiers),
    ),
)
_CONFIRMATION_RULES: Final[tuple[_Rule, ...]] = (
    (
        TransactionPasswordViolation.CONFIRMATION_MISMATCH,
        lambda c: c.confirmation is not None and c.confirmation != c.text,
    ),
)
