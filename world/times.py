"""Instants as the world shows them: RFC 3339, UTC, milliseconds, `Z`. No clock here: see books.py."""

from datetime import UTC, datetime


def show(moment: datetime) -> str:
    """Return an aware datetime in the form in which every book and answer holds it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read(text: str) -> str:
    """Return an RFC 3339 instant in the books' own form, so that the two compare as strings.

    Raises ValueError for anything else, an instant without an offset included.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("an instant needs an offset from UTC")
    try:
        return show(moment)
    except OverflowError as error:
        raise ValueError("an instant outside the calendar") from error
