"""Which time a report is asked for."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.console.periods import LENGTHS, read_period
from app.core.errors import Refusal
from app.core.series import Width

HERE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("name", LENGTHS)
def test_the_last_days_end_now(name: str) -> None:
    period = read_period({"range": name}, NOW, HERE)
    assert (period.since, period.until, period.name) == (NOW - LENGTHS[name], NOW, name)


def test_an_unknown_range_is_the_usual_one() -> None:
    assert read_period({"range": "aeon"}, NOW, HERE).name == "week"


def test_days_are_those_of_the_wallet_and_the_last_one_counts() -> None:
    period = read_period({"from": "2026-11-01", "to": "2026-11-02"}, NOW, HERE)
    assert period.since == datetime(2026, 10, 31, 16, tzinfo=UTC)
    assert period.until - period.since == timedelta(days=2)
    assert (period.name, period.width) == (None, Width.HOUR)
    assert read_period({"from": "2026-11-01"}, NOW, HERE).until == datetime(
        2026, 11, 23, 16, tzinfo=UTC
    )
    assert read_period({"to": "2026-11-02"}, NOW, HERE).since == datetime(
        2026, 11, 1, 16, tzinfo=UTC
    )


@pytest.mark.parametrize(
    "query",
    [
        {"from": "yesterday"},
        {"from": "0001-01-01"},
        {"to": "9999-12-31"},
        {"from": "2026-11-02", "to": "2026-11-01"},
        {"from": "2024-01-01", "to": "2026-01-01"},
    ],
)
def test_days_that_mean_nothing_are_refused(query: dict[str, str]) -> None:
    with pytest.raises(Refusal):
        read_period(query, NOW, HERE)
