"""China's public holidays and the weekends worked in their place, from the library `holidays`.

The library takes a third of a second to import, so it is imported when the first day is asked about, not at start-up.
For a year whose plan the State Council has not announced yet it knows the statutory days only.
"""

from collections.abc import Container
from datetime import date
from functools import cache
from typing import Final


@cache
def _year(year: int) -> tuple[frozenset[date], frozenset[date]]:
    """The days off of a year, and the working weekends that its plan brings."""
    from holidays.countries.china import China  # noqa: PLC0415  # slow to import

    plan = China(years=year)  # type: ignore[no-untyped-call]  # the library has no types here
    return frozenset(plan), frozenset(plan.weekend_workdays)


class _DaysOff(Container[date]):
    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and day in _year(day.year)[0]


class _WorkedWeekends(Container[date]):
    def __contains__(self, day: object) -> bool:
        """Also a weekend at a year's end that makes up for New Year, which the next year's plan names."""
        return isinstance(day, date) and any(
            day in _year(year)[1] for year in (day.year, day.year + 1)
        )


DAYS_OFF: Final[Container[date]] = _DaysOff()
WORKED_WEEKENDS: Final[Container[date]] = _WorkedWeekends()
