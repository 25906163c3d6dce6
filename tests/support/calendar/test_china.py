"""China's holidays, and the weekends that are worked in their place."""

import subprocess
import sys
from datetime import date

import pytest

from app.support.calendar.china import DAYS_OFF, WORKED_WEEKENDS


@pytest.mark.parametrize(
    ("day", "off", "worked"),
    [
        (date(2026, 2, 17), True, False),  # Spring Festival
        (date(2026, 2, 20), True, False),  # a day off that a worked Saturday pays for
        (date(2026, 2, 14), False, True),  # that Saturday
        (date(2026, 2, 21), False, False),  # an ordinary Saturday
        (date(2026, 11, 23), False, False),  # an ordinary Monday
        (date(2011, 12, 31), False, True),  # worked for the New Year of 2012
        (date(2050, 10, 1), True, False),  # far ahead: the statutory days
    ],
)
def test_a_day_is_off_worked_or_ordinary(day: date, off: bool, worked: bool):
    assert (day in DAYS_OFF, day in WORKED_WEEKENDS) == (off, worked)


def test_the_library_is_imported_when_a_day_is_asked_about_not_before():
    code = (
        "import sys, app.support.channels; assert 'holidays' not in sys.modules;"
        "from datetime import date; from app.support.calendar.china import DAYS_OFF;"
        "assert date(2026, 10, 1) in DAYS_OFF; assert 'holidays' in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
