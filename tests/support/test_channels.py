"""The ways to reach us: open hours and promises on the users' clock."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.support.channels import Channel, channels
from tests.client import Client
from tests.conftest import Clock

SHANGHAI = ZoneInfo("Asia/Shanghai")
BY_CODE = {channel.code: channel for channel in channels()}
MONDAY = datetime(2026, 11, 23, tzinfo=SHANGHAI)


def at(days: int, clock: str) -> datetime:
    hours, minutes = clock.split(":")
    return MONDAY + timedelta(days=days, hours=int(hours), minutes=int(minutes))


@pytest.mark.parametrize(
    ("code", "moment", "is_open"),
    [
        ("hotline", at(0, "08:59"), False),
        ("hotline", at(0, "09:00"), True),
        ("hotline", at(0, "20:59"), True),
        ("hotline", at(0, "21:00"), False),
        ("chat", at(5, "23:59"), True),
        ("chat", at(6, "00:00"), False),
        ("email", at(4, "17:59"), True),
        ("email", at(5, "12:00"), False),
        ("faq", at(6, "23:59"), True),
        ("faq", at(6, "00:00"), True),
    ],
)
def test_a_channel_is_open_in_its_local_hours(code: str, moment: datetime, is_open: bool) -> None:
    assert BY_CODE[code].is_open(moment.astimezone(UTC), SHANGHAI) is is_open


@pytest.mark.parametrize(
    ("code", "moment", "answered"),
    [
        ("hotline", at(0, "10:00"), at(0, "10:03")),
        ("hotline", at(0, "22:00"), at(1, "09:03")),
        ("chat", at(0, "23:59"), at(1, "08:01")),
        ("email", at(4, "17:00"), at(7, "17:00")),
        ("email", at(4, "18:00"), at(7, "18:00")),
        ("email", at(6, "00:00"), at(7, "18:00")),
        ("faq", at(6, "03:00"), at(6, "03:00")),
    ],
)
def test_the_promise_counts_while_somebody_is_there(
    code: str, moment: datetime, answered: datetime
) -> None:
    assert BY_CODE[code].promised_reply_at(moment.astimezone(UTC), SHANGHAI) == answered


def test_a_channel_that_opens_once_a_week_has_a_next_opening_right_after_it_closed() -> None:
    email = BY_CODE["email"]
    (span,) = email.hours
    mondays = type(span)(frozenset({"mon"}), span.opens, span.closes)
    weekly = Channel(
        "weekly",
        email.name,
        None,
        [mondays],
        rests_on_holidays=False,
        hours_text=email.hours_text,
        promise=timedelta(0),
        promise_text=email.promise_text,
    )

    assert weekly.promised_reply_at(at(0, "18:00"), SHANGHAI) == at(7, "09:00")


def test_e_mail_rests_on_a_public_holiday_and_works_on_the_weekend_that_makes_up_for_it() -> None:
    email, chat = BY_CODE["email"], BY_CODE["chat"]
    national_day = datetime(2026, 10, 1, 10, tzinfo=SHANGHAI)
    worked_saturday = datetime(2026, 10, 10, 10, tzinfo=SHANGHAI)

    assert not email.is_open(national_day, SHANGHAI)
    assert email.is_open(worked_saturday, SHANGHAI)
    assert chat.is_open(national_day, SHANGHAI)
    # Wednesday 30 September, closing time: the holidays last until Wednesday 7 October.
    asked = datetime(2026, 9, 30, 18, tzinfo=SHANGHAI)
    assert email.promised_reply_at(asked, SHANGHAI) == datetime(2026, 10, 8, 18, tzinfo=SHANGHAI)


def test_the_four_channels_are_offered_with_hours_and_promise(client: Client) -> None:
    answer = client.get("/v1/support/channels")

    assert [it["code"] for it in answer["data"]] == ["chat", "hotline", "email", "faq"]
    assert answer["next_cursor"] is None
    for channel in answer["data"]:
        assert channel["hours"]["timezone"] == "Asia/Shanghai"
        assert channel["hours"]["spans"]
        assert isinstance(channel["open_now"], bool)
        assert channel["promised_reply_at"].endswith("Z")


def test_open_now_follows_the_virtual_clock(client: Client, clock: Clock) -> None:
    def hotline() -> bool:
        channels = client.get("/v1/support/channels")["data"]
        return bool(next(it["open_now"] for it in channels if it["code"] == "hotline"))

    tomorrow = clock.now().astimezone(SHANGHAI).date() + timedelta(days=1)
    noon = datetime(tomorrow.year, tomorrow.month, tomorrow.day, 12, tzinfo=SHANGHAI)
    clock.jump_to(noon)
    assert hotline()
    clock.jump_to(noon + timedelta(hours=10))
    assert not hotline()


def test_names_are_in_the_language_of_the_caller(client: Client) -> None:
    chinese = client.with_headers(Accept_Language="zh-CN")

    assert chinese.get("/v1/support/channels")["data"][1]["name"] == "热线电话"
    assert client.get("/v1/support/channels")["data"][1]["name"] == "Hotline"


def test_channels_can_be_paged_like_every_list(client: Client) -> None:
    first = client.get("/v1/support/channels", limit=3)
    second = client.get("/v1/support/channels", limit=3, cursor=first["next_cursor"])

    assert [it["code"] for it in second["data"]] == ["faq"]
