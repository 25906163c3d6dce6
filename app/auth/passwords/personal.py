"""Words that a guesser who knows the user, or this service, would try.

Identifiers come as stored: an E.164 phone number (`+8613800000001`) or an e-mail address. Parsing
them is `app.auth.identifiers`' business.
"""

import re
from collections.abc import Iterable
from typing import Final

from app.auth.passwords.common import fold_for_comparison

SERVICE_NAMES: Final = ("wallet", "uwallet", "u-wallet", "钱包")
"""Context words (contract, section 3)."""

PHONE_TAIL_LENGTH: Final = 6
"""So many last digits of a phone number give it away; fewer occur by chance."""

LOCAL_PART_MIN_LENGTH: Final = 4
"""A shorter local part (`li@…`) occurs in ordinary words and says nothing."""

_BETWEEN_DIGITS: Final = re.compile(r"(?<=[0-9])[ .()/_-]+(?=[0-9])")


def contains_service_name(password: str) -> bool:
    """Whether `password` contains the service's name in any case or width."""
    folded = fold_for_comparison(password)
    return any(name in folded for name in SERVICE_NAMES)


def contains_identifier(password: str, identifiers: Iterable[str]) -> bool:
    """Whether `password` contains one of the user's `identifiers`.

    A phone number counts with or without its country code, from its last six digits up, grouped
    (`138-0000-0001`) or not. An e-mail address counts by its local part without a `+tag`, from four
    characters up, in any case.
    """
    folded = fold_for_comparison(password)
    ungrouped = _BETWEEN_DIGITS.sub("", folded)
    return any(
        fragment in folded or fragment in ungrouped
        for identifier in identifiers
        for fragment in _fragments(identifier)
    )


def contains_identifier_digits(digits: str, identifiers: Iterable[str]) -> bool:
    """Whether `digits`, a transaction password, occur in a phone number or an e-mail local part."""
    return any(digits in _before_at(identifier) for identifier in identifiers)


def _fragments(identifier: str) -> tuple[str, ...]:
    """The parts of one identifier whose presence gives it away; every longer form contains one."""
    if "@" not in identifier:
        return (identifier[-PHONE_TAIL_LENGTH:],)
    local = fold_for_comparison(_before_at(identifier))
    base = local.partition("+")[0]
    return tuple({part for part in (local, base) if len(part) >= LOCAL_PART_MIN_LENGTH})


def _before_at(identifier: str) -> str:
    return identifier.rpartition("@")[0] if "@" in identifier else identifier
