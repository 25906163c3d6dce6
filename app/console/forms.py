"""What a form says, by the schemas of the API: the same rules, the same refusals. No Flask in here."""

import re
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from marshmallow import Schema

from app.console.pages import Visit
from app.core.errors import VALIDATION_FAILED, field_problem
from app.core.http.decoding import load

_YUAN: Final = re.compile(r"([0-9]{1,9})(?:[.。]([0-9]{1,2}))?")
"""A sum as people write it; commas between thousands are taken out before."""
_LOCAL: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2})?")
_WHOLE: Final = re.compile("[0-9]{1,12}")


def read_form(
    visit: Visit,
    schema: type[Schema],
    *,
    amounts: Collection[str] = (),
    numbers: Collection[str] = (),
    given: Any = None,
) -> dict[str, Any]:
    """The fields of `schema` that the form (or `given`) fills, loaded strictly; an empty one counts as left out.

    `amounts` are typed in units of money, like `12.50`, and become minor units; `numbers` are whole. Raises
    VALIDATION_FAILED.
    """
    typed = visit.form if given is None else given
    known = schema().load_fields
    document: dict[str, Any] = {
        name: value.strip() for name, value in typed.items() if name in known and value.strip()
    }
    for name in document.keys() & set(amounts):
        document[name] = read_amount(document[name], f"/{name}")
    for name in document.keys() & set(numbers):
        document[name] = read_number(document[name], f"/{name}")
    return load(schema(), document)


def read_amount(typed: str, pointer: str = "/amount") -> int:
    """Minor units of a sum such as `128`, `12.5` or `1,280.00`. Raises VALIDATION_FAILED."""
    found = _YUAN.fullmatch(typed.strip().removeprefix("¥").replace(",", "").replace("，", ""))
    if found is None:
        raise VALIDATION_FAILED(errors=[field_problem(pointer, "invalid_value")])
    whole, part = found.groups()
    return int(whole) * 100 + int((part or "").ljust(2, "0"))


def read_number(typed: str, pointer: str) -> int:
    """A whole number without a sign. Raises VALIDATION_FAILED."""
    if _WHOLE.fullmatch(typed.strip()) is None:
        raise VALIDATION_FAILED(errors=[field_problem(pointer, "invalid_value")])
    return int(typed)


def read_local_moment(typed: str, timezone: ZoneInfo, pointer: str) -> datetime | None:
    """What a field for date and time holds, `2026-11-23T15:20`, in UTC; None for an empty one.

    Raises VALIDATION_FAILED.
    """
    if not typed.strip():
        return None
    if _LOCAL.fullmatch(typed.strip()) is None:
        raise VALIDATION_FAILED(errors=[field_problem(pointer, "invalid_value")])
    try:
        return datetime.fromisoformat(typed.strip()).replace(tzinfo=timezone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise VALIDATION_FAILED(errors=[field_problem(pointer, "invalid_value")]) from None
