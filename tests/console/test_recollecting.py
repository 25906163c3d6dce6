"""What people say of a payment, and what is read in it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.console.chinese_numbers import read_chinese_number
from app.console.recollecting import SLACK, read_recollection

HERE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 17, 30, tzinfo=HERE)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HERE)


@pytest.mark.parametrize(
    ("words", "when", "fen"),
    [
        ("about 3 pm, 128", "2026-11-23T15:00", 12_800),
        ("128 about 3pm", "2026-11-23T15:00", 12_800),
        ("around 3:20 p.m. ¥128.50", "2026-11-23T15:20", 12_850),
        ("yesterday 15:20 ¥1,280.50", "2026-11-22T15:20", 128_050),
        ("下午三点左右 128", "2026-11-23T15:00", 12_800),
        ("昨天下午三点半 128块", "2026-11-22T15:30", 12_800),
        ("昨晚8点20分,一百二十八元", "2026-11-22T20:20", 12_800),
        ("今天上午10点一刻 88.8元", "2026-11-23T10:15", 8_880),
        ("3点多 128", "2026-11-23T15:00", 12_800),
        ("11 o'clock, 20 yuan", "2026-11-23T11:00", 2_000),
        ("at 8, 50", None, 800),
        ("20分钟前 15块", "2026-11-23T17:10", 1_500),
        ("half an hour ago 15", "2026-11-23T17:00", 1_500),
        ("2 hours ago, RMB 30", "2026-11-23T15:30", 3_000),
        ("半小时前 九十九", "2026-11-23T17:00", 9_900),
        ("just now 66", "2026-11-23T17:30", 6_600),
        ("noon 45", "2026-11-23T12:00", 4_500),
        ("2026-11-20 09:05 300", "2026-11-20T09:05", 30_000),
        ("11月20日 21:05 300", "2026-11-20T21:05", 30_000),
        ("12/24 9:00 5", "2025-12-24T09:00", 500),
        ("128", None, 12_800),
        ("¥0.01", None, 1),
        ("yesterday", "2026-11-22T12:00", None),
        ("15:00", "2026-11-23T15:00", None),
        ("23:10 12", "2026-11-22T23:10", 1_200),
        ("17:35 12", "2026-11-23T17:35", 1_200),
        ("１２８元 下午３点", "2026-11-23T15:00", 12_800),
        ("", None, None),
        ("it did not work", None, None),
        ("99999999", None, None),
    ],
)
def test_words_are_read_as_they_are_meant(words: str, when: str | None, fen: int | None) -> None:
    found = read_recollection(words, NOW, HERE)
    assert found.at == (None if when is None else at(when))
    assert found.amount_minor == fen


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("零", 0),
        ("三", 3),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("一百", 100),
        ("一百零五", 105),
        ("一百五", 150),
        ("一百二十八", 128),
        ("两千", 2_000),
        ("三千零二十", 3_020),
        ("一万", 10_000),
        ("两万五", 25_000),
        ("十二万三千", 123_000),
    ],
)
def test_written_out_numbers(written: str, number: int) -> None:
    assert read_chinese_number(written) == number


@given(st.text(max_size=300))
def test_no_words_are_too_odd_and_nothing_lies_in_the_future(words: str) -> None:
    found = read_recollection(words, NOW, HERE)
    assert found.amount_minor is None or 0 < found.amount_minor <= 5_000_000
    if found.at is not None and not any(char.isdigit() for char in words):
        assert found.at <= NOW + SLACK


@given(
    st.integers(0, 60 * 23),
    st.integers(1, 5_000_000),
    st.sampled_from(["{t}, {a}", "¥{a} at {t}", "{t} {a}元"]),
)
def test_a_time_of_the_last_day_and_an_amount_are_found_again(
    minutes: int, fen: int, form: str
) -> None:
    when = NOW - timedelta(minutes=minutes)
    clock = when.strftime("%H:%M")
    said = form.format(t=clock, a=f"{fen // 100}.{fen % 100:02}")
    found = read_recollection(said, NOW, HERE)
    assert found.amount_minor == fen
    assert found.at is not None
    assert (found.at - when) % timedelta(hours=12) == timedelta(0)
