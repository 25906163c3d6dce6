"""Login password rules (contract, sections 3 and 10): every violation at once, as codes.

Pure: hashing, the comparison with the current hash and the wording are not here.
"""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.auth.passwords.common import is_common
from app.auth.passwords.personal import contains_identifier, contains_service_name
from app.auth.passwords.policies import COMPOSITION, LONGEST_SPELLING, PasswordPolicy


class PasswordViolation(StrEnum):
    """Why a login password is refused; the contract's codes, in the order they are answered."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    MISSING_LETTER = "missing_letter"
    MISSING_DIGIT = "missing_digit"
    MISSING_SPECIAL = "missing_special"
    TOO_COMMON = "too_common"
    CONTAINS_IDENTIFIER = "contains_identifier"
    CONTAINS_SERVICE_NAME = "contains_service_name"
    SAME_AS_CURRENT = "same_as_current"
    CONFIRMATION_MISMATCH = "confirmation_mismatch"


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A proposed password, normalised, with what it is judged against."""

    text: str
    confirmation: str | None
    identifiers: Sequence[str]
    same_as_current: bool
    policy: PasswordPolicy

    def lacks(self, is_wanted: Callable[[str], bool]) -> bool:
        """Whether a kind of character that the policy asks for at this length is missing."""
        asked_for = len(self.text) < self.policy.composition_below
        return asked_for and not any(map(is_wanted, self.text))


def normalise_password(password: str) -> str:
    """The form that is judged, hashed and verified: Unicode NFC, nothing cut off or trimmed.

    Without it, a password typed on one keyboard as `é` and on another as `e` + accent would differ. What is too long
    to spell a password stays as it is: it is refused, and compared with none.
    """
    if len(password) > LONGEST_SPELLING:
        return password
    return unicodedata.normalize("NFC", password)


def password_violations(
    password: str,
    *,
    confirmation: str | None = None,
    identifiers: Sequence[str] = (),
    same_as_current: bool = False,
    policy: PasswordPolicy = COMPOSITION,
) -> tuple[PasswordViolation, ...]:
    """Every rule of `policy` that `password` breaks, in the order of the codes; empty if none.

    `confirmation` is compared unless it is None (live hints have none). `identifiers` are the
    account's, in stored form. `same_as_current` is the caller's finding against the current hash.
    Letters are Unicode letters, digits are ASCII, everything else is special, a space included.
    """
    candidate = _Candidate(
        normalise_password(password),
        None if confirmation is None else normalise_password(confirmation),
        identifiers,
        same_as_current,
        policy,
    )
    return tuple(violation for violation, breaks in _RULES if breaks(candidate))


def _is_digit(character: str) -> bool:
    return "0" <= character <= "9"


def _is_special(character: str) -> bool:
    return not (character.isalpha() or _is_digit(character))


_RULES: Final[tuple[tuple[PasswordViolation, Callable[[_Candidate], bool]], ...]] = (
    (PasswordViolation.TOO_SHORT, lambda c: len(c.text) < c.policy.min_length),
    (PasswordViolation.TOO_LONG, lambda c: len(c.text) > c.policy.max_length),
    (PasswordViolation.MISSING_LETTER, lambda c: c.lacks(str.isalpha)),
    (PasswordViolation.MISSING_DIGIT, lambda c: c.lacks(_is_digit)),
    (PasswordViolation.MISSING_SPECIAL, lambda c: c.lacks(_is_special)),
    (PasswordViolation.TOO_COMMON, lambda c: is_common(c.text)),
    (
        PasswordViolation.CONTAINS_IDENTIFIER,
        lambda c: contains_identifier(c.text, c.identifiers),
    ),
    (PasswordViolation.CONTAINS_SERVICE_NAME, lambda c: contains_service_name(c.text)),
    (PasswordViolation.SAME_AS_CURRENT, lambda c: c.same_as_current),
    (
        PasswordViolation.CONFIRMATION_MISMATCH,
        lambda c: c.confirmation is not None and c.confirmation != c.text,
    ),
)
