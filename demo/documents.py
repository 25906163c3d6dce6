"""Finding one's way in a JSON document by a dotted path. Pure."""

from typing import Any

EVERY = "*"


class MissingFieldError(LookupError):
    """A document lacks the field that was promised; the message is its path."""


def find(document: Any, path: str) -> Any:
    """Return what lies at `path`, such as `failure.code`, `attempts.0.outcome` or `errors.*.code` (a list).

    Raises MissingFieldError.
    """
    first, _, rest = path.partition(".")
    if first == EVERY:
        if not isinstance(document, list):
            raise MissingFieldError(path)
        return [find(one, rest) if rest else one for one in document]
    try:
        found = document[int(first) if isinstance(document, list) else first]
    except (LookupError, TypeError, ValueError):
        raise MissingFieldError(path) from None
    return find(found, rest) if rest else found
