"""Codes: tries, time, resends and caps (contract, section 10)."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.auth.models import Challenge
from app.edges.results import Problem
from app.factory import Wallet
from tests.conftest import Clock
from tests.factories.auth import Customer, Inbox, Visitor, a_phone

REGISTER = "register"


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_a_wrong_code_costs_one_try(visitor: Visitor, inbox: Inbox) -> None:
    phone = a_phone()
    asked = visitor.ask(REGISTER, phone)
    code = inbox.code(phone)
    refused = visitor.confirm(asked["id"], wrong(code))
    assert (refused.status, refused.code, refused["attempts_remaining"]) == (
        422,
        "code_incorrect",
        4,
    )
    assert visitor.confirm(asked["id"], code).status == 200


def test_the_sixth_try_meets_a_closed_door_even_with_the_right_code(
    visitor: Visitor, inbox: Inbox
) -> None:
    phone = a_phone()
    asked = visitor.ask(REGISTER, phone)
    code = inbox.code(phone)
    remaining = [visitor.confirm(asked["id"], wrong(code))["attempts_remaining"] for _ in range(5)]
    assert remaining == [4, 3, 2, 1, 0]
    closed = visitor.confirm(asked["id"], code)
    assert (closed.status, closed.code) == (429, "too_many_attempts")
    assert int(closed.headers["Retry-After"]) > 0
    assert "RateLimit" in closed.headers


def test_a_code_works_once(visitor: Visitor, inbox: Inbox) -> None:
    phone = a_phone()
    asked = visitor.ask(REGISTER, phone)
    code = inbox.code(phone)
    assert visitor.confirm(asked["id"], code).status == 200
    again = visitor.confirm(asked["id"], code)
    assert (again.status, again.code) == (410, "verification_expired")


def test_a_code_ends_after_five_minutes(visitor: Visitor, inbox: Inbox, clock: Clock) -> None:
    phone = a_phone()
    asked = visitor.ask(REGISTER, phone)
    code = inbox.code(phone)
    clock.advance(minutes=5)
    assert visitor.confirm(asked["id"], code).code == "verification_expired"


def test_a_resend_kills_the_older_code_and_gives_five_new_tries(
    visitor: Visitor, inbox: Inbox, clock: Clock
) -> None:
    phone = a_phone()
    asked = visitor.ask(REGISTER, phone)
    first = inbox.code(phone)
    for _ in range(5):
        visitor.confirm(asked["id"], wrong(first))
    clock.advance(seconds=60)

    resent = visitor.resend(asked["id"])
    assert resent.status == 202
    assert resent.body.keys() == asked.body.keys()
    assert resent["id"] == asked["id"]
    assert resent["expires_at"] > asked["expires_at"]

    second = inbox.code(phone)
    assert second != first
    assert visitor.confirm(asked["id"], first)["attempts_remaining"] == 4
    assert visitor.confirm(asked["id"], second).status == 200


def test_a_resend_waits_a_minute(visitor: Visitor, clock: Clock) -> None:
    asked = visitor.ask(REGISTER, a_phone())
    clock.advance(seconds=30)
    soon = visitor.resend(asked["id"])
    assert (soon.status, soon.code) == (429, "resend_too_soon")
    assert 0 < soon["retry_after"] <= 30
    assert soon.headers["RateLimit-Policy"] == '"verification_resend";q=1;w=60'


def test_asking_again_for_the_same_purpose_waits_a_minute(visitor: Visitor, clock: Clock) -> None:
    phone = a_phone()
    assert visitor.ask(REGISTER, phone).status == 202
    assert visitor.ask(REGISTER, phone).code == "resend_too_soon"
    assert visitor.ask("reset_password", phone).status == 202
    clock.advance(seconds=60)
    assert visitor.ask(REGISTER, phone).status == 202


def test_asking_anew_replaces_the_older_challenge(
    visitor: Visitor, inbox: Inbox, clock: Clock
) -> None:
    phone = a_phone()
    older = visitor.ask(REGISTER, phone)
    code = inbox.code(phone)
    clock.advance(seconds=60)
    visitor.ask(REGISTER, phone)
    assert visitor.confirm(older["id"], code).code == "verification_expired"
    assert visitor.resend(older["id"]).status in (410, 429)


def test_a_used_or_old_challenge_is_not_resent(
    visitor: Visitor, inbox: Inbox, clock: Clock
) -> None:
    phone = a_phone()
    used = visitor.ask(REGISTER, phone)
    visitor.confirm(used["id"], inbox.code(phone))
    old = visitor.ask(REGISTER, a_phone())
    clock.advance(seconds=61)
    assert visitor.resend(used["id"]).code == "verification_expired"
    clock.advance(hours=1)
    assert visitor.resend(old["id"]).code == "verification_expired"


def test_a_destination_gets_five_codes_in_ten_minutes(visitor: Visitor, clock: Clock) -> None:
    phone = a_phone()
    asked = visitor.ask(REGISTER, phone)
    for _ in range(4):
        clock.advance(seconds=61)
        assert visitor.resend(asked["id"]).status == 202
    clock.advance(seconds=61)
    refused = visitor.resend(asked["id"])
    assert (refused.status, refused.code) == (429, "rate_limited")
    assert 0 < refused["retry_after"] <= 600 - 5 * 61
    assert refused.headers["RateLimit-Policy"] == '"verification_sends_10_minutes";q=5;w=600'
    assert visitor.ask("reset_password", phone).code == "rate_limited"
    clock.advance(seconds=refused["retry_after"])
    assert visitor.resend(asked["id"]).status == 202


def test_a_destination_gets_ten_codes_on_a_calendar_day(visitor: Visitor, clock: Clock) -> None:
    # The day begins at midnight in Shanghai, which is 16:00 in UTC.
    midnight = next_midnight_in_shanghai(clock.now())
    clock.jump_to(midnight)
    phone = a_phone()
    for _ in range(10):
        assert visitor.ask(REGISTER, phone).status == 202
        clock.jump_to(clock.now() + timedelta(minutes=5))
    refused = visitor.ask(REGISTER, phone)
    assert (refused.status, refused.code) == (429, "rate_limited")
    assert 22 * 3600 < refused["retry_after"] < 24 * 3600
    clock.jump_to(midnight + timedelta(days=1))
    assert visitor.ask(REGISTER, phone).status == 202


def next_midnight_in_shanghai(now: datetime) -> datetime:
    today = datetime(now.year, now.month, now.day, 16, tzinfo=UTC)
    return today if today > now else today + timedelta(days=1)


def test_an_account_takes_25_wrong_guesses_a_day_over_all_challenges(
    customer: Customer, visitor: Visitor, inbox: Inbox, clock: Clock
) -> None:
    clock.jump_to(next_midnight_in_shanghai(clock.now()))
    answers = []
    for number in range(6):
        identifier = (customer.phone, customer.email)[number % 2] or ""
        asked = visitor.ask("reset_password", identifier)
        code = inbox.code(identifier)
        tries = 5 if number < 5 else 1
        answers.extend(visitor.confirm(asked["id"], wrong(code)) for _ in range(tries))
        clock.jump_to(clock.now() + timedelta(minutes=5))
    assert [answer.code for answer in answers] == ["code_incorrect"] * 25 + ["rate_limited"]
    assert answers[-2]["attempts_remaining"] == 0
    assert answers[-1].headers["RateLimit-Policy"] == '"verification_guesses_day";q=25;w=86400'


def test_a_right_code_is_none_of_the_wrong_guesses_of_the_day(
    customer: Customer, visitor: Visitor, inbox: Inbox, clock: Clock
) -> None:
    clock.jump_to(next_midnight_in_shanghai(clock.now()))
    phone = customer.phone or ""
    for number in range(5):
        asked = visitor.ask("reset_password", phone)
        code = inbox.code(phone)
        for _ in range(4):
            visitor.confirm(asked["id"], wrong(code))
        assert visitor.confirm(asked["id"], code).status == 200, number
        clock.jump_to(clock.now() + timedelta(minutes=5))
    asked = visitor.ask("reset_password", phone)
    refused = visitor.confirm(asked["id"], wrong(inbox.code(phone)))
    assert refused["attempts_remaining"] == 4


@pytest.mark.parametrize(
    "code", ["12345", "1234567", "12345a", "１２３４５６", "١٢٣٤٥٦", "123456\n", 123456, None, ""]
)
def test_a_code_of_another_shape_costs_no_try(code: object, visitor: Visitor, inbox: Inbox) -> None:
    phone = a_phone()
    asked = visitor.ask(REGISTER, phone)
    path = f"/v1/auth/verifications/{asked['id']}/confirm"
    refused = visitor.client.post(path, {"code": code})
    assert (refused.status, refused.code) == (422, "validation_failed")
    assert refused["errors"][0]["pointer"] == "/code"
    counted = visitor.confirm(asked["id"], wrong(inbox.code(phone)))
    assert counted["attempts_remaining"] == 4


def test_an_unknown_challenge_is_not_found(visitor: Visitor) -> None:
    assert visitor.confirm("ver_01h455vb4pex5vsknk084sn02q", "123456").code == "not_found"
    assert visitor.resend("ver_01h455vb4pex5vsknk084sn02q").code == "not_found"


@pytest.mark.parametrize(
    "body",
    [
        {"purpose": "register", "identifier": "13800000001"},
        {"purpose": "register", "identifier": "+86 138 0000 0001"},
        {"purpose": "register", "identifier": "li@"},
        {"purpose": "register", "identifier": "+8613800000001\n"},
        {"purpose": "payment", "identifier": "+8613800000001"},
        {"purpose": "register", "identifier": "+8613800000001", "code": "1"},
        {"identifier": "+8613800000001"},
        {"purpose": "register", "identifier": 8613800000001},
    ],
)
def test_a_request_of_another_shape_is_refused(body: object, visitor: Visitor) -> None:
    refused = visitor.client.post("/v1/auth/verifications", body)
    assert (refused.status, refused.code) == (422, "validation_failed")


def test_a_code_that_could_not_be_sent_in_time_is_dropped(
    visitor: Visitor, inbox: Inbox, clock: Clock
) -> None:
    phone = a_phone()
    inbox.outside.sms.script.extend([Problem.CONNECTION_REFUSED] * 50)
    visitor.ask(REGISTER, phone)
    clock.advance(minutes=10)
    inbox.outside.sms.script.clear()
    clock.advance(hours=1)
    assert inbox.texts(phone) == []


def test_a_code_is_sent_again_when_the_carrier_was_away(
    visitor: Visitor, inbox: Inbox, clock: Clock
) -> None:
    phone = a_phone()
    inbox.outside.sms.script.extend([Problem.CONNECTION_REFUSED] * 2)
    asked = visitor.ask(REGISTER, phone)
    clock.advance(seconds=30)
    assert visitor.confirm(asked["id"], inbox.code(phone)).status == 200


@pytest.mark.parametrize(
    ("column", "value"), [("purpose", "reset_password"), ("destination_key", "+8613900000009")]
)
def test_a_code_is_bound_to_purpose_identifier_and_challenge(
    column: str, value: str, wallet: Wallet, visitor: Visitor, inbox: Inbox
) -> None:
    """A row that is moved in the database to another purpose or identifier has another code."""
    phone = a_phone()
    asked = visitor.ask(REGISTER, phone)
    code = inbox.code(phone)

    def move(**columns: str) -> None:
        with wallet.database.transaction() as tx:
            moving = sa.update(Challenge).where(Challenge.id == asked["id"])
            assert tx.change(moving.values(columns)) == 1

    move(**{column: value})
    assert visitor.confirm(asked["id"], code).code == "code_incorrect"
    move(purpose=REGISTER, destination_key=phone)
    assert visitor.confirm(asked["id"], code).status == 200
