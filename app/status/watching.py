"""When the machine opens an incident, and when it takes it for over: hysteresis over the looks at a component. Pure.

The status that a look finds has its minimum sample from the rule in `rules.py`. Rows and jobs are not here.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from app.status.rules import SystemStatus, worst_status

FIRST_LOOK_AFTER: Final = timedelta(seconds=2)
"""From a fault to the look at its component: faults come in swarms, and one look does for many."""
LOOK_EVERY: Final = timedelta(minutes=1)
"""While something is wrong or was a moment ago; a component that is well is not looked at."""

OPEN_AT_ONCE_FROM: Final = SystemStatus.PARTIAL_OUTAGE
OPEN_AFTER: Final = timedelta(minutes=2)
"""A smaller trouble must last so long, so that one bad minute of ten attempts wakes nobody."""
CLOSE_AFTER: Final = timedelta(minutes=10)
"""Every look must have found it well for so long: twice the window that is measured."""


class Step(StrEnum):
    """What follows from a look."""

    NONE = "none"
    OPEN = "open"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Run:
    """Since when every look found the component bad, or well; one of the two."""

    bad_since: datetime | None
    well_since: datetime | None


def continued(run: Run | None, status: SystemStatus, now: datetime) -> Run:
    """The run after a look at `now` found `status`."""
    if status is SystemStatus.OPERATIONAL:
        return Run(None, (run and run.well_since) or now)
    return Run((run and run.bad_since) or now, None)


def next_step(run: Run, status: SystemStatus, now: datetime, *, is_open: bool) -> Step:
    """What to do after that look: open where none is open and the trouble is big or lasts, close what is long well."""
    if is_open:
        is_over = run.well_since is not None and now - run.well_since >= CLOSE_AFTER
        return Step.CLOSE if is_over else Step.NONE
    if run.bad_since is None:
        return Step.NONE
    is_big = worst_status([status, OPEN_AT_ONCE_FROM]) is status
    return Step.OPEN if is_big or now - run.bad_since >= OPEN_AFTER else Step.NONE
