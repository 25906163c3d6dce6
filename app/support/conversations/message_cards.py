"""Card numbers in a message, and the code on the back that stands behind one. Pure."""

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final

from stdnum import luhn

from app.banking.issuers import find_card_product

CARD_LENGTHS: Final = range(12, 20)
SHOWN: Final = 4
"""Of a card number: the last four (PCI DSS; support.md, "Agents and trust")."""

_BETWEEN: Final = r"(?:[^\w¥$€£%+]|_){0,5}"
"""What may part the digits of one number: anything but letters, signs of money, and what begins a phone number."""
_NUMBER_RUN: Final = re.compile(rf"[0-9](?:{_BETWEEN}[0-9]){{11,}}")
_GROUP: Final = re.compile(r"[0-9]+")
_NETWORK: Final = re.compile(r"3[04-9]|[456]|2[2-7]|81")
"""The first digits of the card networks; no phone number of the mainland and no date of ours begins so."""
_FEW: Final = 4
"""Pieces of a number that lie otherwise than the usual ones."""
_USUAL: Final = range(3, 7)
"""Digits in a piece."""
_WHOLE: Final = 15
_LONG: Final = 16
"""Digits of a number that is whole, and of one that is known without its check digit."""
_EXPIRY_IN_RUN: Final = re.compile(
    r"(?<![0-9/\-|])(?:0[1-9]|1[0-2])\s?[/\-|]\s?(?:20)?[0-9]{2}(?![0-9/\-])"
)
"""Where the signs around differ from the one within, it is a date, and no piece of a number in pairs."""
_BEHIND: Final = r"(?:[^\w]|_){1,4}"
CODE_BEHIND: Final = re.compile(
    rf"{_BEHIND}(?:(?:exp[a-z]*|valid[a-z]*|有效期)[^0-9\n]{{0,8}})?"
    rf"(?:(?:0[1-9]|1[0-2])\s?[/\-|.]?\s?(?:20)?[0-9]{{2}}{_BEHIND})?"
    r"([0-9]{3,4})(?![0-9])(?!\s?(?:元|块|圆|yuan|cny|rmb|[.,:/\-][0-9]))"
)
"""Three or four digits behind a number, with or without the date between."""

Found = tuple[int, int, str]
"""From, until, and the digits that may be shown."""


def find_cards(shadow: str) -> Iterator[Found]:
    """Card numbers in order, however their digits are parted, line breaks included."""
    for run in _NUMBER_RUN.finditer(shadow):
        ends = {it.start() for it in _EXPIRY_IN_RUN.finditer(shadow, run.start(), run.end())}
        groups = [(it.start(), it.end()) for it in _GROUP.finditer(shadow, run.start(), run.end())]
        at = 0
        while at < len(groups):
            size = _size_at(shadow, _until_expiry(groups[at : at + CARD_LENGTHS.stop], ends))
            if size:
                start, end = groups[at][0], groups[at + size - 1][1]
                yield start, end, "".join(_GROUP.findall(shadow[start:end]))[-SHOWN:]
            at += max(size, 1)


def _until_expiry(groups: list[tuple[int, int]], expiries: set[int]) -> list[tuple[int, int]]:
    """The groups before the date to which a card is good: that is no part of its number."""
    cut = (place for place, (start, _) in enumerate(groups) if place and start in expiries)
    return groups[: next(cut, len(groups))]


def _size_at(shadow: str, groups: Sequence[tuple[int, int]]) -> int:
    """How many of the groups are one card number; 0 for none.

    A right check digit is worth more than a known issuer, and a whole number more than a short one. As much as lies as
    cards do is one number; of groups that lie otherwise the fewest are, since an amount may follow.
    """
    spelled = [shadow[start:end] for start, end in groups]
    lengths = list(accumulate(map(len, spelled)))
    sizes = [size for size, length in enumerate(lengths, 1) if length in CARD_LENGTHS]
    laid_out = [size for size in reversed(sizes) if _is_laid_out(spelled[:size])]
    good = [size for size in laid_out if _is_good("".join(spelled[:size]))]
    loose = [size for size in sizes if size not in good and _is_loose(spelled[:size])]
    slipped = (
        size
        for size in laid_out
        if "\n" not in shadow[groups[0][0] : groups[size - 1][1]]
        and _is_slip("".join(spelled[:size]))
    )
    right = [*good, *loose]
    whole = (size for size in right if lengths[size - 1] >= _WHOLE)
    return next(whole, 0) or next(iter(right), 0) or next(slipped, 0)


def _is_good(number: str) -> bool:
    return len(set(number)) > 1 and bool(luhn.is_valid(number))


def _is_loose(groups: list[str]) -> bool:
    """A network's number in a few pieces of any length."""
    if len(groups) > _FEW or min(map(len, groups)) < _USUAL.start:
        return False
    number = "".join(groups)
    return _NETWORK.match(number) is not None and _is_good(number)


def _is_slip(number: str) -> bool:
    """A wrong digit in the number of a known issuer."""
    product = find_card_product(number) if len(number) >= _LONG else None
    return product is not None and len(number) in product.card_number_lengths


def _is_laid_out(groups: list[str]) -> bool:
    """Whether groups of digits lie as those of a card do; not as a date and a time, or a phone number and an amount."""
    sizes = [len(group) for group in groups[:-1]]
    spaced_out = len(set(sizes)) == 1 and sizes[0] <= 2 and len(groups[-1]) <= sizes[0]
    return spaced_out or all(size in _USUAL for size in sizes)
