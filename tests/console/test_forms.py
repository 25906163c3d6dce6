"""What people type into forms, and spans of time as pages say them."""

from zoneinfo import ZoneInfo

import pytest

from app.console.forms import read_amount
from app.console.shown import Speaker
from app.core.errors import Refusal


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("128", 12_800),
        ("12.5", 1_250),
        ("12.50", 1_250),
        ("0.01", 1),
        ("1,280.00", 128_000),
        (" ¥28.50 ", 2_850),
        ("12。5", 1_250),
    ],
)
def test_a_sum_is_read_as_people_write_it(typed: str, fen: int) -> None:
    assert read_amount(typed) == fen


@pytest.mark.parametrize(
    "typed", ["", "-1", "1.234", "1e3", "１２", "twelve", "1.", ".5", "9" * 10]
)
def test_what_is_no_sum_is_refused(typed: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_amount(typed)
    assert refused.value.code == "validation_failed"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0:00"),
        (65.9, "1:05"),
        (-125, "−2:05"),
        (3600, "1 h 00"),
        (11_220, "3 h 07"),
        (187_200, "2 d 4 h"),
        (-90_000, "−1 d 1 h"),
    ],
)
def test_a_span_is_said_in_its_two_largest_units(seconds: float, said: str) -> None:
    assert Speaker("en", ZoneInfo("Asia/Shanghai")).countdown(seconds) == said
