"""Tables as CSV (RFC 4180) that a spreadsheet opens as what it says: no cell of ours is ever a formula. Pure."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

Cell = str | int | float | None
"""A text, a number, or nothing, which is an empty cell."""

FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How a text begins that a spreadsheet may run (OWASP, "CSV Injection"), full-width forms included."""
GUARD: Final = "'"
"""Put before such a text; a spreadsheet then shows it as it is."""


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """The table with its head, lines ended by CRLF. Texts are guarded; numbers are not, so that -1 stays a number."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([_guarded(cell) for cell in row] for row in rows)
    return out.getvalue()


def _guarded(cell: Cell) -> Cell:
    return f"{GUARD}{cell}" if isinstance(cell, str) and cell.startswith(FORMULAS) else cell
