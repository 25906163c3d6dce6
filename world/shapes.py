"""The shapes of requests: which fields a body or query has, and what each may hold."""

import re
from collections.abc import Callable, Mapping
from typing import Any

Check = Callable[[Any], str | None]
"""Says what is wrong with a value, or None."""

Shape = Mapping[str, Check]
"""Every field that there is; one that may be left out has an `optional` check."""

_LONGEST_TEXT = 4000
_HIGHEST_AMOUNT = 10**12
_CURRENCY = re.compile("[A-Z]{3}")
_CARD_NUMBER = re.compile("[0-9]{12,19}")
_LAST4 = re.compile("[0-9]{4}")
_SEQUENCE = re.compile("[0-9]{0,15}")


class ShapeRefusedError(Exception):
    """A request is not of its shape: `errors` lists {pointer, message}, never empty."""

    def __init__(self, errors: list[dict[str, str]]) -> None:
        super().__init__("the request is not of its shape")
        self.errors = errors


def check(shape: Shape, document: Any) -> dict[str, Any]:
    """Return the document with None for each field left out, or raise ShapeRefusedError."""
    if not isinstance(document, dict):
        raise ShapeRefusedError([{"pointer": "", "message": "must be an object"}])
    problems = {name: "is unknown" for name in document if name not in shape}
    fields = {name: document.get(name) for name in shape}
    problems |= {name: said for name, value in fields.items() if (said := shape[name](value))}
    if problems:
        raise ShapeRefusedError(
            [{"pointer": f"/{name}", "message": message} for name, message in problems.items()]
        )
    return fields


def text(value: Any) -> str | None:
    """Up to 4,000 characters that can be stored."""
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT:
        return f"must be a string of at most {_LONGEST_TEXT} characters"
    try:
        value.encode()
    except UnicodeEncodeError:
        return "must not hold half of a surrogate pair"
    return None


def name(value: Any) -> str | None:
    """A text that is not empty."""
    return text(value) or (None if value else "must not be empty")


def amount(value: Any) -> str | None:
    """Money in minor units, above zero."""
    return integer(1, _HIGHEST_AMOUNT)(value)


def integer(lowest: int, highest: int) -> Check:
    """A whole number within bounds; true and 1.0 are none."""

    def within(value: Any) -> str | None:
        if type(value) is int and lowest <= value <= highest:
            return None
        return f"must be an integer from {lowest} to {highest}"

    return within


def number(lowest: float, highest: float) -> Check:
    """A number within bounds, fractions allowed."""

    def within(value: Any) -> str | None:
        if type(value) in (int, float) and lowest <= value <= highest:
            return None
        return f"must be a number from {lowest} to {highest}"

    return within


def _pattern(pattern: re.Pattern[str], message: str) -> Check:
    def fits(value: Any) -> str | None:
        return None if isinstance(value, str) and pattern.fullmatch(value) else message

    return fits


currency = _pattern(_CURRENCY, "must be three capital letters")
card_number = _pattern(_CARD_NUMBER, "must be 12 to 19 digits")
last4 = _pattern(_LAST4, "must be four digits")
sequence = _pattern(_SEQUENCE, "must be what `next` said, or empty")


def one_of(*allowed: str) -> Check:
    """One of some words."""

    def known(value: Any) -> str | None:
        return None if value in allowed else f"must be one of {', '.join(allowed)}"

    return known


def optional(inner: Check) -> Check:
    """Null, left out, or what the inner check asks."""
    return lambda value: None if value is None else inner(value)


def object_of(shape: Shape) -> Check:
    """An object of a shape of its own."""

    def fits(value: Any) -> str | None:
        try:
            check(shape, value)
        except ShapeRefusedError as refused:
            return "; ".join(f"{e['pointer']} {e['message']}".strip() for e in refused.errors)
        return None

    return fits
