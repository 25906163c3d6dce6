"""Which bank issued a card, by the first digits of its number: the table in `data/issuers.toml`.

Whether a whole number is good: `cards.py`. What the bank itself says of a card: `app.edges`.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Final, TypeVar

from app.core.locale import Locale, Text

CARD_NUMBER_PREFIX: Final = re.compile(r"[0-9]{6,19}")
"""What can be looked up: six digits name an issuer for certain, nineteen are a whole number."""


Product = TypeVar("Product")


class CardType(StrEnum):
    """Whose money the card spends."""

    DEBIT = "debit"
    CREDIT = "credit"


CARD_TYPE_NAMES: Final = {
    CardType.DEBIT: Text("借记卡", "debit card"),
    CardType.CREDIT: Text("信用卡", "credit card"),
}
"""What a user is told that a card is."""


@dataclass(frozen=True, slots=True)
class Bank:
    """An issuer: its usual code (`ICBC`) and its name in both languages."""

    code: str
    name_zh: str
    name_en: str

    def name_in(self, locale: Locale) -> str:
        """The name in that language."""
        return self.name_en if locale == "en" else self.name_zh


@dataclass(frozen=True, slots=True)
class CardProduct:
    """What the prefix of a number tells: issuer, type, and how many digits the number has."""

    bank: Bank
    card_type: CardType
    card_number_lengths: tuple[int, ...]


def find_card_product(card_number_prefix: str) -> CardProduct | None:
    """The product of the longest known prefix of `card_number_prefix`, or None for an unknown one.

    Takes 6 to 19 ASCII digits; anything else, blanks and hyphens included, has no product.
    """
    if CARD_NUMBER_PREFIX.fullmatch(card_number_prefix) is None:
        return None
    return longest_match(_products_by_prefix(), card_number_prefix)


def longest_match(table: Mapping[str, Product], digits: str) -> Product | None:
    """What `table` has for the longest of its keys that `digits` begin with; None without one."""
    starts = (digits[:length] for length in range(len(digits), 0, -1))
    return next((table[start] for start in starts if start in table), None)


def banks() -> tuple[Bank, ...]:
    """Every issuer in the table, the biggest first."""
    return tuple(_bank(entry) for entry in _entries())


def bank_of(code: str) -> Bank:
    """The issuer with that code. Raises KeyError: a code that was stored stays in the table."""
    return _banks_by_code()[code]


def card_name(bank_code: str, card_type: str) -> Text:
    """Issuer and type in both languages, such as `中国工商银行借记卡`. Raises KeyError as `bank_of` does."""
    bank, kind = bank_of(bank_code), CARD_TYPE_NAMES[CardType(card_type)]
    return Text(f"{bank.name_zh}{kind.zh}", f"{bank.name_en} {kind.en}")


@cache
def _banks_by_code() -> Mapping[str, Bank]:
    return {bank.code: bank for bank in banks()}


@cache
def _products_by_prefix() -> Mapping[str, CardProduct]:
    """The table by prefix, read once per process. Raises ValueError for a prefix given twice."""
    table: dict[str, CardProduct] = {}
    for prefix, product in _rows():
        if prefix in table:
            raise ValueError(f"card number prefix {prefix} has two products")
        table[prefix] = product
    return table


def _rows() -> Iterator[tuple[str, CardProduct]]:
    for entry in _entries():
        bank = _bank(entry)
        for card_type in CardType:
            for length, prefixes in entry.get(card_type, {}).items():
                product = CardProduct(bank, card_type, (int(length),))
                yield from ((prefix, product) for prefix in prefixes)


def _entries() -> list[dict[str, Any]]:
    text = files(__package__).joinpath("data/issuers.toml").read_text(encoding="utf-8")
    entries: list[dict[str, Any]] = tomllib.loads(text)["bank"]
    return entries


def _bank(entry: Mapping[str, Any]) -> Bank:
    return Bank(entry["code"], entry["name"]["zh"], entry["name"]["en"])
