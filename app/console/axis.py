"""A picture of what happened when: moments on a time axis, stretches shaded behind them. Pure.

The result is all coordinates, so the template has nothing to reckon; units are those of the SVG's view box.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

WIDTH: Final = 1000
MARGIN: Final = 40
ROW_HEIGHT: Final = 26
TOP: Final = 34  # room for the ticks' hours
LABEL_WIDTH: Final = 190  # what a label takes; two that are nearer stand in different rows
SHORTEST: Final = timedelta(minutes=10)
STEPS: Final = tuple(
    timedelta(minutes=it) for it in (1, 2, 5, 10, 15, 30, 60, 120, 240, 720, 1440, 2880, 10080)
)
MOST_TICKS: Final = 10

Place = Callable[[datetime], float]
"""Where a moment stands on the axis."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened; `kind` chooses its look."""

    at: datetime
    kind: str
    label: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """Something that went on; `until` is None where it still does."""

    since: datetime
    until: datetime | None
    label: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment in the picture."""

    x: float
    y: float
    moment: Moment
    to_the_left: bool


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch in the picture."""

    x: float
    width: float
    stretch: Stretch


@dataclass(frozen=True, slots=True)
class Tick:
    """A round time on the axis."""

    x: float
    at: datetime


@dataclass(frozen=True, slots=True)
class Axis:
    """The whole picture."""

    height: float
    marks: list[Mark]
    bands: list[Band]
    ticks: list[Tick]
    width: int = WIDTH
    top: int = TOP


def draw_axis(
    moments: Sequence[Moment], stretches: Sequence[Stretch], now: datetime
) -> Axis | None:
    """The picture of these; None where nothing happened. Stretches are cut to where the moments lie."""
    if not moments:
        return None
    begin, end = _span(moments)

    def x_of(at: datetime) -> float:
        share = (min(max(at, begin), end) - begin) / (end - begin)
        return round(MARGIN + share * (WIDTH - 2 * MARGIN), 1)

    marks, rows = _place(sorted(moments, key=lambda it: it.at), x_of)
    bands = [
        Band(x_of(it.since), max(2.0, round(x_of(it.until or now) - x_of(it.since), 1)), it)
        for it in stretches
        if it.since < end and (it.until or now) > begin
    ]
    return Axis(TOP + rows * ROW_HEIGHT + 10, marks, bands, _ticks(begin, end, x_of))


def _span(moments: Sequence[Moment]) -> tuple[datetime, datetime]:
    """From a little before the first to a little after the last, never under ten minutes."""
    first, last = min(it.at for it in moments), max(it.at for it in moments)
    room = max((last - first) * 0.08, (SHORTEST - (last - first)) / 2, timedelta(minutes=1))
    return first - room, last + room


def _place(moments: Sequence[Moment], x_of: Place) -> tuple[list[Mark], int]:
    """Each moment in the first row where its label hides no other."""
    taken: list[float] = []  # where each row's last label ends
    marks: list[Mark] = []
    for it in moments:
        x = x_of(it.at)
        left = x + LABEL_WIDTH > WIDTH
        begins = x - LABEL_WIDTH if left else x
        ends = x if left else x + LABEL_WIDTH
        row = next((n for n, end in enumerate(taken) if end <= begins), len(taken))
        if row == len(taken):
            taken.append(0)
        taken[row] = ends + 8
        marks.append(Mark(x, TOP + (row + 0.5) * ROW_HEIGHT, it, left))
    return marks, len(taken)


def _ticks(begin: datetime, end: datetime, x_of: Place) -> list[Tick]:
    step = next((it for it in STEPS if (end - begin) / it <= MOST_TICKS), STEPS[-1])
    seconds = int(step.total_seconds())
    first = (int(begin.timestamp()) // seconds + 1) * seconds
    count = max(0, int((end.timestamp() - first) // seconds) + 1)
    moments = [begin.fromtimestamp(first + n * seconds, begin.tzinfo) for n in range(count)]
    return [Tick(x_of(at), at) for at in moments[: MOST_TICKS * 2]]
