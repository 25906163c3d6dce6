"""Pages of lists that have no times to page by: search results, and what is offered in a fixed order."""

from collections.abc import Sequence
from typing import Any, Final

from app.core.clock import from_ms, to_ms
from app.core.pagination import Page, PageRequest, Position

_COUNTED: Final = "counted"


def cut_page(items: Sequence[Any], page: PageRequest) -> Page[Any]:
    """One page of `items`. The cursor counts: the position after n items is n milliseconds."""
    begin = to_ms(page.after.at) if page.after else 0
    end = begin + page.limit
    more = Position(from_ms(end), _COUNTED) if len(items) > end else None
    return Page(items[begin:end], more)
