"""Reading the other side's settled lines, page by page, to the end of its book."""

from collections.abc import Mapping
from typing import Any

from app.edges import reading
from app.edges.http import HttpExchange, NoReply
from app.edges.results import FindingState, Problem, SettledLine, Settlements

_PATH = "/v1/settlements"
# A page is 500 lines of some 250 bytes.
_LARGEST_PAGE = 1024 * 1024


def read_settlements(http: HttpExchange, findings: reading.Findings) -> Settlements:
    """Return every settled line, or none and what was in the way: half a book proves nothing."""
    lines: list[SettledLine] = []
    after = 0
    while True:
        query = {"after": str(after) if after else ""}
        page = http.get(_PATH, query, {200}, largest_body=_LARGEST_PAGE)
        if isinstance(page, NoReply):
            return Settlements((), page.problem)
        read = [_line(each, findings) for each in _listed(page.fields.get("data"))]
        following = _following(page.fields, after)
        if following is None or None in read:
            return Settlements((), Problem.BAD_RESPONSE)
        lines += [line for line in read if line]
        if following == 0:
            return Settlements(lines, None)
        after = following


def _listed(data: Any) -> list[Any]:
    return data if isinstance(data, list) else [None]


def _line(said: Any, findings: reading.Findings) -> SettledLine | None:
    """Read a line; None for one that makes no sense, or of money that has not moved."""
    if not isinstance(said, dict):
        return None
    reference, status = said.get("reference"), said.get("status")
    amount, refunded = said.get("amount"), said.get("refunded_amount", 0)
    if not isinstance(reference, str) or not isinstance(status, str):
        return None
    if type(amount) is not int or type(refunded) is not int or not 0 <= refunded <= amount:
        return None
    settled = findings.get(status) is FindingState.DONE
    return SettledLine(reference, amount, refunded) if settled and reference else None


def _following(fields: Mapping[str, Any], after: int) -> int | None:
    """Where the next page begins, 0 at the end; None where it would not lead on."""
    said = fields.get("next", "")
    if said is None:
        return 0
    is_number = isinstance(said, str) and said.isascii() and said.isdigit() and len(said) < 16
    return int(said) if is_number and int(said) > after else None
