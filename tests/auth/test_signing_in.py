"""Signing in and out, sessions, refreshing and the login lock."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.auth.models import CredentialLock
from app.auth.tries import TELL_OF_LOCK
from app.core.jobs import DueJob
from app.factory import Wallet
from tests.conftest import Clock
from tests.factories.auth import (
    NEW_PASSWORD,
    PASSWORD,
    Customer,
    Inbox,
    Visitor,
    a_phone,
    create_customer,
)


def test_signing_in_hands_out_a_pair_that_lasts_fifteen_minutes(
    customer: Customer, visitor: Visitor, clock: Clock
) -> None:
    signed_in = visitor.log_in(customer.phone or "", name="Pixel", platform="android")
    assert (signed_in["token_type"], signed_in["expires_in"]) == ("Bearer", 900)
    me = visitor.client.as_bearer(signed_in["access_token"])
    assert me.get("/v1/me").status == 200
    assert visitor.client.as_bearer(signed_in["refresh_token"]).get("/v1/me").code == (
        "access_token_invalid"
    )
    clock.advance(minutes=15)
    expired = me.get("/v1/me")
    assert (expired.status, expired.code) == (401, "access_token_expired")


def test_a_sign_in_on_a_new_device_is_told_everywhere_and_on_a_known_one_quietly(
    customer: Customer, visitor: Visitor, inbox: Inbox
) -> None:
    phone, email = customer.phone or "", customer.email or ""
    visitor.log_in(phone, name="Pixel", platform="android", app_version="1.0")
    assert inbox.templates(phone) == inbox.templates(email) == ["login_new_device"]
    assert "Pixel" in inbox.texts(phone)[0]
    visitor.log_in(phone, name="Pixel", platform="android", app_version="2.0")
    assert inbox.templates(phone) == ["login_new_device"]
    assert inbox.templates(email) == ["login_new_device", "signed_in"]
    assert "Pixel" in inbox.texts(email)[-1]


@pytest.mark.parametrize(
    "device",
    [
        None,
        {},
        {"name": None, "platform": None, "app_version": None},
        {"name": "Li\u2019s\u00a0iPhone", "platform": "ios"},
        {"name": "👩\u200d💻", "app_version": None},
    ],
)
def test_a_device_may_be_called_anything_that_can_be_shown_or_nothing(
    device: dict[str, str] | None, customer: Customer, visitor: Visitor
) -> None:
    body = {"identifier": customer.phone, "password": PASSWORD, "device": device}
    assert visitor.client.post("/v1/auth/login", body).status == 200


def test_five_wrong_passwords_in_a_row_lock_the_account_for_half_an_hour(
    customer: Customer, visitor: Visitor, clock: Clock, inbox: Inbox
) -> None:
    phone, email = customer.phone or "", customer.email or ""
    refused = [visitor.log_in((phone, email)[number % 2], "wrong") for number in range(5)]
    assert {answer.code for answer in refused} == {"invalid_credentials"}
    assert [answer["attempts_remaining"] for answer in refused] == [4, 3, 2, 1, 0]

    locked = visitor.log_in(phone)
    assert (locked.status, locked.code) == (429, "login_locked")
    assert locked.headers["Retry-After"] == str(locked["retry_after"])
    assert 1790 <= locked["retry_after"] <= 1800
    assert visitor.log_in(email).code == "login_locked"

    clock.advance(seconds=locked["retry_after"])
    assert inbox.templates(phone) == ["login_locked"]
    assert visitor.log_in(phone, "wrong")["attempts_remaining"] == 4
    assert visitor.log_in(phone).status == 200


def test_a_right_password_gives_the_tries_back(customer: Customer, visitor: Visitor) -> None:
    phone = customer.phone or ""
    for _ in range(2):
        for _ in range(4):
            visitor.log_in(phone, "wrong")
        assert visitor.log_in(phone).status == 200


def test_the_fifth_try_may_be_the_right_one_and_nobody_is_alarmed(
    customer: Customer, visitor: Visitor, inbox: Inbox, clock: Clock
) -> None:
    phone = customer.phone or ""
    for _ in range(4):
        visitor.log_in(phone, "wrong")
    assert visitor.log_in(phone, name="Sandbox", platform="sandbox").status == 200
    assert visitor.log_in(phone, "wrong")["attempts_remaining"] == 4
    clock.advance(minutes=1)
    assert inbox.templates(phone) == []


def test_an_unknown_number_locks_like_a_known_one(visitor: Visitor, clock: Clock) -> None:
    phone = a_phone()
    refused = [visitor.log_in(phone, "wrong") for _ in range(5)]
    assert [answer["attempts_remaining"] for answer in refused] == [4, 3, 2, 1, 0]
    assert visitor.log_in(phone).code == "login_locked"
    clock.advance(minutes=30)
    assert visitor.log_in(phone).code == "invalid_credentials"


def test_a_wrong_current_password_is_counted_with_logins(
    customer: Customer, visitor: Visitor
) -> None:
    for remaining in (4, 3):
        refused = customer.change_password(current="wrong")
        assert (refused.status, refused.code) == (403, "password_incorrect")
        assert refused["attempts_remaining"] == remaining
    assert visitor.log_in(customer.phone or "", "wrong")["attempts_remaining"] == 2
    gone = customer.client.delete("/v1/me/identifiers/phone", {"password": "wrong"})
    assert (gone.code, gone["attempts_remaining"]) == ("password_incorrect", 1)
    assert customer.set_pin(password="wrong").code == "transaction_password_already_set"
    visitor.log_in(customer.phone or "", "wrong")
    assert customer.change_password().code == "login_locked"


def test_a_changed_password_ends_the_other_sessions(
    customer: Customer, visitor: Visitor, inbox: Inbox
) -> None:
    tablet = customer.on_another_device(visitor)
    assert customer.change_password().status == 204
    assert tablet.get("/v1/me").code == "access_token_invalid"
    assert customer.client.get("/v1/me").status == 200
    assert visitor.log_in(customer.phone or "").code == "invalid_credentials"
    assert visitor.log_in(customer.phone or "", NEW_PASSWORD).status == 200
    assert "password_changed" in inbox.templates(customer.email or "")


def test_the_current_password_is_no_new_one(customer: Customer) -> None:
    refused = customer.change_password(new=PASSWORD)
    assert [(one["pointer"], one["code"]) for one in refused["errors"]] == [
        ("/new_password", "same_as_current")
    ]


def test_a_refresh_gives_a_new_pair_and_the_old_token_ends_the_session(
    customer: Customer, visitor: Visitor, inbox: Inbox
) -> None:
    pair = visitor.refresh(customer.refresh_token)
    assert pair.status == 200
    assert pair.body.keys() == {"access_token", "refresh_token", "token_type", "expires_in"}
    renewed = visitor.client.as_bearer(pair["access_token"])
    assert renewed.get("/v1/me").status == 200

    reused = visitor.refresh(customer.refresh_token)
    assert (reused.status, reused.code) == (401, "refresh_token_reused")
    assert renewed.get("/v1/me").code == "access_token_invalid"
    for _ in range(2):
        assert visitor.refresh(pair["refresh_token"]).code == "refresh_token_invalid"
    assert inbox.templates(customer.phone or "") == ["session_compromised"]


def test_a_refresh_token_ends_after_thirty_days(
    customer: Customer, visitor: Visitor, clock: Clock
) -> None:
    clock.jump_to(clock.now() + timedelta(days=29))
    pair = visitor.refresh(customer.refresh_token)
    assert pair.status == 200
    clock.jump_to(clock.now() + timedelta(days=30))
    expired = visitor.refresh(pair["refresh_token"])
    assert (expired.status, expired.code) == (401, "refresh_token_expired")


def test_a_session_ends_after_ninety_days_however_often_it_is_refreshed(
    customer: Customer, visitor: Visitor, clock: Clock
) -> None:
    token = customer.refresh_token
    for _ in range(4):
        clock.jump_to(clock.now() + timedelta(days=22))
        token = visitor.refresh(token)["refresh_token"]
    clock.jump_to(clock.now() + timedelta(days=3))
    assert visitor.refresh(token).code == "refresh_token_expired"


def test_an_access_token_at_the_end_of_a_session_says_how_long_it_really_lasts(
    customer: Customer, visitor: Visitor, clock: Clock
) -> None:
    began, token = clock.now(), customer.refresh_token
    for day in (25, 50, 75):
        clock.jump_to(began + timedelta(days=day))
        token = visitor.refresh(token)["refresh_token"]
    clock.jump_to(began + timedelta(days=90, minutes=-2))
    pair = visitor.refresh(token)
    assert 100 <= pair["expires_in"] <= 120
    client = visitor.client.as_bearer(pair["access_token"])
    assert client.get("/v1/me").status == 200
    clock.jump_to(clock.now() + timedelta(seconds=pair["expires_in"] + 1))
    assert client.get("/v1/me").code == "access_token_expired"


@pytest.mark.parametrize("token", ["rt_unknown", "é", "at_" + "x" * 43])
def test_a_made_up_refresh_token_is_refused(token: str, visitor: Visitor) -> None:
    refused = visitor.refresh(token)
    assert (refused.status, refused.code) == (401, "refresh_token_invalid")
    assert refused.headers["WWW-Authenticate"] == "Bearer"


def test_an_access_token_refreshes_nothing(customer: Customer, visitor: Visitor) -> None:
    token = customer.client.headers["Authorization"].removeprefix("Bearer ")
    assert visitor.refresh(token).code == "refresh_token_invalid"


def test_signing_out_ends_this_session_only(customer: Customer, visitor: Visitor) -> None:
    tablet = customer.on_another_device(visitor)
    assert customer.client.post("/v1/auth/logout").status == 204
    assert customer.client.get("/v1/me").code == "access_token_invalid"
    for _ in range(2):
        assert visitor.refresh(customer.refresh_token).code == "refresh_token_invalid"
    assert tablet.get("/v1/me").status == 200


def test_sessions_are_listed_with_their_devices_and_ended_one_by_one(
    customer: Customer, visitor: Visitor, clock: Clock, inbox: Inbox
) -> None:
    clock.advance(seconds=5)
    tablet = customer.on_another_device(visitor)
    clock.advance(seconds=61)
    listed = customer.client.get("/v1/auth/sessions")
    assert listed["next_cursor"] is None
    newest, oldest = listed["data"]
    assert newest["device"] == {"name": "Tablet", "platform": None, "app_version": None}
    assert (newest["current"], oldest["current"]) == (False, True)
    assert oldest["last_seen_at"] > newest["last_seen_at"]

    assert customer.client.delete(f"/v1/auth/sessions/{newest['id']}").status == 204
    assert tablet.get("/v1/me").code == "access_token_invalid"
    assert customer.client.delete(f"/v1/auth/sessions/{newest['id']}").code == "not_found"
    assert inbox.templates(customer.phone or "")[-1] == "sessions_ended"


def test_all_other_sessions_end_at_once(customer: Customer, visitor: Visitor) -> None:
    tablets = [customer.on_another_device(visitor) for _ in range(2)]
    assert customer.client.delete("/v1/auth/sessions").status == 204
    assert {one.get("/v1/me").code for one in tablets} == {"access_token_invalid"}
    assert len(customer.client.get("/v1/auth/sessions")["data"]) == 1


def test_somebody_elses_session_is_not_found(customer: Customer, wallet: Wallet) -> None:
    neighbour = create_customer(wallet)
    theirs = neighbour.client.get("/v1/auth/sessions")["data"][0]["id"]
    refused = customer.client.delete(f"/v1/auth/sessions/{theirs}")
    assert (refused.status, refused.code) == (404, "not_found")
    assert neighbour.client.get("/v1/me").status == 200


def test_sessions_come_page_by_page(customer: Customer, visitor: Visitor, clock: Clock) -> None:
    for _ in range(2):
        clock.advance(seconds=1)
        customer.on_another_device(visitor)
    first = customer.client.get("/v1/auth/sessions", limit=2)
    second = customer.client.get("/v1/auth/sessions", limit=2, cursor=first["next_cursor"])
    assert (len(first["data"]), len(second["data"])) == (2, 1)
    assert second["next_cursor"] is None


@pytest.mark.parametrize("path", ["/v1/me", "/v1/auth/sessions"])
def test_nobody_reads_without_a_token(path: str, visitor: Visitor) -> None:
    assert visitor.client.get(path).code == "access_token_missing"
    assert visitor.client.as_bearer("at_made_up").get(path).code == "access_token_invalid"


def test_a_lock_is_told_once_even_where_its_job_runs_twice(
    customer: Customer, visitor: Visitor, wallet: Wallet, inbox: Inbox, clock: Clock
) -> None:
    for _ in range(5):
        visitor.log_in(customer.phone or "", "wrong")
    with wallet.database.snapshot() as tx:
        lock_id = tx.scalars(sa.select(CredentialLock.id)).one()
    job = DueJob("job_1", TELL_OF_LOCK, lock_id, {}, clock.now(), 0)
    for _ in range(2):
        wallet.jobs.handlers[TELL_OF_LOCK](job)
    assert inbox.templates(customer.phone or "") == ["login_locked"]
