"""Card numbers that are valid and belong to nobody, so that each visit binds one of its own."""

import secrets

ISSUER_PREFIX = "622202"
"""ICBC, debit cards of 19 digits."""
_LENGTH = 19


def new_card_number() -> str:
    """A debit card number that passes the Luhn check."""
    free = _LENGTH - len(ISSUER_PREFIX) - 1
    # The first free digit is never 1, so that none of the sandbox's magic numbers comes up.
    payload = f"{ISSUER_PREFIX}9{secrets.randbelow(10 ** (free - 1)):0{free - 1}d}"
    return payload + str(luhn_digit(payload))


def luhn_digit(payload: str) -> int:
    """The check digit that makes `payload` a valid number (ISO/IEC 7812-1, annex B)."""
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(payload)))
    return -sum(value // 10 + value % 10 for value in doubled) % 10
