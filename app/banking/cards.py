"""Card numbers and holder names: what is a good one, and what of it may be shown.

The table of issuers: `issuers.py`. A number that was read here goes to the bank and is forgotten;
nothing in this module stores, logs or puts one into an error.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from stdnum import luhn

from app.banking.issuers import CardProduct, find_card_product

_DIGITS: Final = re.compile(r"[0-9]{12,19}")
"""Length of any card number (ISO/IEC 7812-1); the product's own length is checked as well."""

_HAN: Final = re.compile(r"[\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]")
_SEPARATORS: Final = " ·•-.'"


class CardNumberInvalidError(ValueError):
    """Not a number of a known issuer: shape, length, check digit or prefix. Never quotes it."""


@dataclass(frozen=True, slots=True)
class CardNumber:
    """A good card number. `digits` stay out of its repr, and so out of logs and tracebacks."""

    digits: str = field(repr=False)
    product: CardProduct

    @property
    def last4(self) -> str:
        """The only digits that may be stored or shown in clear (contract, section 5)."""
        return self.digits[-4:]


def read_card_number(text: str) -> CardNumber:
    """The card number that `text` is: ASCII digits only, as apps send it.

    Blanks and hyphens that people type are for the app to drop: one number has one spelling, or
    its fingerprint would differ. Raises `CardNumberInvalidError` for a wrong check digit (Luhn),
    a length that the issuer does not use, or an unknown issuer (contract, section 5).
    """
    if _DIGITS.fullmatch(text) is None or not luhn.is_valid(text):
        raise CardNumberInvalidError("not a card number")
    product = find_card_product(text)
    if product is None:
        raise CardNumberInvalidError("unknown issuer")
    if len(text) not in product.card_number_lengths:
        raise CardNumberInvalidError("not this issuer's length")
    return CardNumber(text, product)


def mask_holder_name(holder_name: str) -> str:
    """`holder_name` as it may be shown: `张三` as `*三`, `John Doe` as `J*** D**`.

    Of a Chinese name the last character stays, of others the first letter of each word; a name of
    one character is hidden whole. Spaces, dots and hyphens stay.
    """
    name = holder_name.strip()
    if len(name) < 2:
        return "*" * len(name)
    if _HAN.search(name):
        return "".join(map(_hide, name[:-1])) + name[-1]
    return "".join(
        here if is_first else _hide(here)
        for here, is_first in zip(name, _word_starts(name), strict=True)
    )


def _word_starts(name: str) -> list[bool]:
    return [before in _SEPARATORS for before in " " + name[:-1]]


def _hide(character: str) -> str:
    return character if character in _SEPARATORS else "*"
