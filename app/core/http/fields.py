"""marshmallow fields that coerce nothing, for bodies, and their text twins for query strings.

marshmallow's own Integer takes 1.9 and "١٢٣", its Boolean takes "yes" (architecture, traps).
"""

import re
from datetime import UTC, datetime
from typing import Any

from marshmallow import ValidationError, fields, validate

from app.core.clock import rfc3339

MAX_TEXT = 1000
LARGEST = 2**63 - 1  # what a database column holds
_PHONE = re.compile(r"(?:\+[1-9][0-9]{6,14}|1[3-9][0-9]{9})\Z")
_MAINLAND_PHONE = re.compile(r"1[3-9][0-9]{9}")
_INTEGER = re.compile(r"-?[0-9]{1,19}")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


class StrictInteger(fields.Integer):
    """A JSON integer: no float, string or boolean."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if type(value) is not int:
            raise self.make_error("invalid")
        return value


class StrictBoolean(fields.Boolean):
    """`true` or `false`, nothing that looks like it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if type(value) is not bool:
            raise self.make_error("invalid")
        return value


class StrictString(fields.String):
    """A JSON string of `minimum` to `maximum` characters, stripped of nothing."""

    def __init__(self, *, minimum: int = 1, maximum: int = MAX_TEXT, **kwargs: Any) -> None:
        checks = [validate.Length(min=minimum, max=maximum)]
        extra = kwargs.pop("validate", [])
        checks.extend(extra if isinstance(extra, list) else [extra])
        super().__init__(validate=checks, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        return value


class PhoneNumber(StrictString):
    """A number as people write it: E.164, or the 11 digits of mainland China. Loaded in one spelling, E.164."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=validate.Regexp(_PHONE), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        return f"+86{text}" if _MAINLAND_PHONE.fullmatch(text) else text


class TransactionPassword(StrictString):
    """A transaction password that is asked for: 1 to 64 characters, the same at every door.

    Any other shape is refused before anything is looked at and costs no try; all else is judged. How one must look that
    is chosen is app.auth.passwords' business.
    """

    def __init__(self, **kwargs: Any) -> None:
        described = {"format": "password", "writeOnly": True}
        super().__init__(maximum=64, metadata=described, **kwargs)


class Currency(StrictString):
    """An ISO 4217 code: three capital letters."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            minimum=3, maximum=3, validate=validate.Regexp(re.compile(r"[A-Z]{3}\Z")), **kwargs
        )


class MomentField(fields.Field[datetime]):
    """An RFC 3339 time with an offset; answered in UTC with milliseconds."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or not _MOMENT.fullmatch(value):
            raise ValidationError("Not an RFC 3339 time with an offset.")
        try:
            # A `+` of an offset arrives as a space from a query string that wasn't encoded; not here.
            moment = datetime.fromisoformat(_to_microseconds(value).upper())
            return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            raise ValidationError("Not an RFC 3339 time with an offset.") from None

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return None if value is None else rfc3339(value)


class QueryInteger(fields.Integer):
    """An integer in a query string: ASCII digits only, within 64 bits."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or not _INTEGER.fullmatch(value):
            raise self.make_error("invalid")
        number = int(value)
        if abs(number) > LARGEST:
            raise self.make_error("invalid")
        return number


def _to_microseconds(text: str) -> str:
    """Cut a fraction to the six digits that Python reads."""
    return re.sub(r"(\.[0-9]{6})[0-9]+", r"\1", text)
