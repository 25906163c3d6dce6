"""Recovering a forgotten password, by phone and by e-mail."""

import pytest

from app.factory import Wallet
from tests.client import Client
from tests.conftest import Clock
from tests.factories.auth import NEW_PASSWORD, PASSWORD, Customer, Inbox, Visitor, create_customer


@pytest.mark.parametrize("channel", ["phone", "email"])
def test_a_forgotten_password_is_recovered(
    channel: str, customer: Customer, visitor: Visitor, inbox: Inbox
) -> None:
    identifier = str(getattr(customer, channel))

    asked = visitor.ask("reset_password", identifier)
    assert asked.status == 202
    assert asked["channel"] == {"phone": "sms", "email": "email"}[channel]
    assert asked["code_length"] == 6
    assert identifier not in asked["destination"]

    confirmed = visitor.confirm(asked["id"], inbox.code(identifier))
    assert confirmed.status == 200
    assert visitor.reset(confirmed["verification_token"]).status == 204

    assert customer.client.get("/v1/me").code == "access_token_invalid"
    assert visitor.refresh(customer.refresh_token).code == "refresh_token_invalid"
    assert visitor.log_in(identifier, PASSWORD).code == "invalid_credentials"
    assert visitor.log_in(identifier, NEW_PASSWORD).status == 200
    assert "password_reset" in inbox.templates(customer.phone or "")
    assert "password_reset" in inbox.templates(customer.email or "")


def test_a_weak_new_password_is_refused_with_every_rule_and_the_token_stays_good(
    customer: Customer, visitor: Visitor
) -> None:
    token = visitor.token("reset_password", customer.phone or "")

    refused = visitor.reset(token, "uwallet", new_password_confirmation="uwallets")

    assert refused.status == 422
    assert refused.code == "password_rejected"
    assert {(one["pointer"], one["code"]) for one in refused["errors"]} == {
        ("/new_password", "too_short"),
        ("/new_password", "missing_digit"),
        ("/new_password", "missing_special"),
        ("/new_password", "contains_service_name"),
        ("/new_password_confirmation", "confirmation_mismatch"),
    }
    assert customer.client.get("/v1/me").status == 200
    assert visitor.reset(token).status == 204


def test_the_password_that_was_forgotten_is_no_new_one(
    customer: Customer, visitor: Visitor
) -> None:
    token = visitor.token("reset_password", customer.phone or "")
    refused = visitor.reset(token, PASSWORD)
    assert [one["code"] for one in refused["errors"]] == ["same_as_current"]


def test_a_new_password_does_not_hold_the_phone_number(
    customer: Customer, visitor: Visitor
) -> None:
    assert customer.phone is not None
    token = visitor.token("reset_password", customer.email or "")
    refused = visitor.reset(token, f"Orchid-{customer.phone[-6:]}")
    assert [one["code"] for one in refused["errors"]] == ["contains_identifier"]


def test_a_token_resets_once(customer: Customer, visitor: Visitor) -> None:
    token = visitor.token("reset_password", customer.phone or "")
    assert visitor.reset(token).status == 204
    again = visitor.reset(token, "Another-pass-7")
    assert (again.status, again.code) == (422, "verification_token_invalid")


def test_a_token_ends_after_ten_minutes(customer: Customer, visitor: Visitor, clock: Clock) -> None:
    token = visitor.token("reset_password", customer.phone or "")
    clock.advance(minutes=10)
    assert visitor.reset(token).code == "verification_token_invalid"


@pytest.mark.parametrize("purpose", ["reset_transaction_password"])
def test_a_token_for_another_purpose_resets_nothing(
    purpose: str, customer: Customer, visitor: Visitor
) -> None:
    token = visitor.token(purpose, customer.phone or "")
    assert visitor.reset(token).code == "verification_token_invalid"


def test_a_token_dies_with_a_password_change(customer: Customer, visitor: Visitor) -> None:
    token = visitor.token("reset_password", customer.phone or "")
    assert customer.change_password().status == 204
    assert visitor.reset(token, "Another-pass-7").code == "verification_token_invalid"


def test_a_token_dies_when_its_number_leaves_the_account(
    customer: Customer, visitor: Visitor
) -> None:
    token = visitor.token("reset_password", customer.phone or "")
    gone = customer.client.delete("/v1/me/identifiers/phone", {"password": PASSWORD})
    assert gone.status == 200
    assert visitor.reset(token).code == "verification_token_invalid"


def test_a_reset_lifts_the_login_lock(customer: Customer, visitor: Visitor) -> None:
    for _ in range(5):
        visitor.log_in(customer.phone or "", "wrong")
    assert visitor.log_in(customer.phone or "").code == "login_locked"
    assert visitor.reset(visitor.token("reset_password", customer.phone or "")).status == 204
    assert visitor.log_in(customer.phone or "", NEW_PASSWORD).status == 200


def test_a_reset_ends_every_session_and_nobody_elses(
    customer: Customer, visitor: Visitor, wallet: Wallet
) -> None:
    tablet = customer.on_another_device(visitor)
    neighbour = create_customer(wallet)
    assert visitor.reset(visitor.token("reset_password", customer.phone or "")).status == 204
    ended: list[Client] = [customer.client, tablet]
    assert {one.get("/v1/me").code for one in ended} == {"access_token_invalid"}
    assert neighbour.client.get("/v1/me").status == 200
    assert visitor.log_in(neighbour.phone or "").status == 200


def test_a_reset_leaves_no_older_token_or_code_about(
    customer: Customer, visitor: Visitor, inbox: Inbox, clock: Clock
) -> None:
    older = visitor.token("reset_password", customer.phone or "")
    open_still = visitor.ask("reset_password", customer.email or "")
    code = inbox.code(customer.email or "")
    clock.advance(minutes=1)
    assert visitor.reset(visitor.token("reset_password", customer.phone or "")).status == 204
    assert visitor.reset(older, "Another-pass-7").code == "verification_token_invalid"
    assert visitor.confirm(open_still["id"], code).code == "verification_expired"
