"""The transaction password: set, changed, reset, and one counter with a ladder of locks for every door."""

from datetime import timedelta

import pytest

from app.auth.operations.check_transaction_password import check_transaction_password
from app.core.errors import Refusal
from app.factory import Wallet
from tests.conftest import Clock
from tests.factories.auth import (
    NEW_PIN,
    PASSWORD,
    PIN,
    Customer,
    Inbox,
    Visitor,
    a_phone,
    create_customer,
)

OLD = {"current_transaction_password": PIN}


def pay_with(wallet: Wallet, user_id: str, given: str) -> Refusal | None:
    """What the door for payments and cards says; None where it opens."""
    try:
        check_transaction_password(wallet.auth, user_id, given)
    except Refusal as refusal:
        return refusal
    return None


@pytest.fixture
def newcomer(visitor: Visitor) -> Customer:
    """Somebody who has registered, signed in, and set no transaction password."""
    phone = a_phone()
    user = visitor.register(phone)
    signed_in = visitor.log_in(phone)
    client = visitor.client.as_bearer(signed_in["access_token"])
    return Customer(user["id"], phone, None, client, signed_in["refresh_token"])


def test_the_first_one_is_set_with_the_login_password(
    newcomer: Customer, wallet: Wallet, inbox: Inbox
) -> None:
    refusal = pay_with(wallet, newcomer.id, NEW_PIN)
    assert refusal is not None
    assert refusal.code == "transaction_password_not_set"
    assert newcomer.set_pin(**OLD).code == "transaction_password_not_set"
    assert newcomer.set_pin(password="wrong").code == "password_incorrect"

    assert newcomer.set_pin(password=PASSWORD).status == 204

    assert newcomer.client.get("/v1/me")["has_transaction_password"] is True
    assert pay_with(wallet, newcomer.id, NEW_PIN) is None
    assert inbox.templates(newcomer.phone or "")[-1] == "transaction_password_set"
    again = newcomer.set_pin(password=PASSWORD)
    assert (again.status, again.code) == (409, "transaction_password_already_set")


def test_it_is_changed_with_the_current_one(
    customer: Customer, wallet: Wallet, inbox: Inbox
) -> None:
    wrong = customer.set_pin(current_transaction_password="000000")
    assert (wrong.status, wrong.code) == (403, "transaction_password_incorrect")
    assert wrong["attempts_remaining"] == 4
    assert customer.set_pin(**OLD).status == 204
    assert pay_with(wallet, customer.id, PIN) is not None
    assert pay_with(wallet, customer.id, NEW_PIN) is None
    assert inbox.templates(customer.email or "") == ["transaction_password_changed"]


def test_it_is_reset_with_a_code_and_the_login_password(
    customer: Customer, visitor: Visitor, wallet: Wallet, inbox: Inbox
) -> None:
    token = visitor.token("reset_transaction_password", customer.phone or "")
    proof = {"verification_token": token, "password": PASSWORD}
    wrong = customer.set_pin(**(proof | {"password": "wrong"}))
    assert wrong.code == "password_incorrect"
    weak = customer.set_pin(**proof, transaction_password="123456")
    assert weak.code == "transaction_password_rejected"
    assert customer.set_pin(**proof).status == 204
    assert pay_with(wallet, customer.id, NEW_PIN) is None
    assert inbox.templates(customer.phone or "")[-1] == "transaction_password_reset"
    assert customer.set_pin(**proof).code == "verification_token_invalid"


def test_somebody_elses_token_resets_nothing(
    customer: Customer, visitor: Visitor, wallet: Wallet
) -> None:
    neighbour = create_customer(wallet)
    token = visitor.token("reset_transaction_password", neighbour.phone or "")
    refused = customer.set_pin(verification_token=token, password=PASSWORD)
    assert (refused.status, refused.code) == (422, "verification_token_invalid")
    assert neighbour.set_pin(verification_token=token, password=PASSWORD).status == 204


def test_a_bad_one_is_refused_with_every_rule_that_it_breaks(customer: Customer) -> None:
    refused = customer.set_pin(
        **OLD, transaction_password="12345６", transaction_password_confirmation="1"
    )
    assert (refused.status, refused.code) == (422, "transaction_password_rejected")
    assert [(one["pointer"], one["code"]) for one in refused["errors"]] == [
        ("/transaction_password", "not_six_digits"),
        ("/transaction_password_confirmation", "confirmation_mismatch"),
    ]
    for pin, code in (
        ("111111", "repeated_digits"),
        ("654321", "sequential_digits"),
        ((customer.phone or "")[-6:], "contains_identifier"),
    ):
        twice = {"transaction_password": pin, "transaction_password_confirmation": pin}
        codes = [one["code"] for one in customer.set_pin(**OLD, **twice)["errors"]]
        assert code in codes


@pytest.mark.parametrize(
    "proof",
    [
        {},
        {"verification_token": "vt_x"},
        {"password": PASSWORD, **OLD},
        {"verification_token": "vt_x", **OLD},
        {"password": None},
        {"password": PASSWORD, "pin": "1"},
    ],
)
def test_another_shape_than_the_three_is_refused(proof: dict[str, str], customer: Customer) -> None:
    refused = customer.set_pin(**proof)
    assert (refused.status, refused.code) == (422, "validation_failed")


def test_five_wrong_ones_through_any_door_lock_it_for_half_an_hour(
    customer: Customer, wallet: Wallet, clock: Clock, inbox: Inbox
) -> None:
    for remaining in (4, 3):
        refusal = pay_with(wallet, customer.id, "000000")
        assert refusal is not None
        assert refusal.attempts_remaining == remaining
    raising = {"password_free_limit": 30_000, "transaction_password": "000000"}
    assert customer.client.patch("/v1/me", raising)["attempts_remaining"] == 2
    for remaining in (1, 0):
        wrong = customer.set_pin(current_transaction_password="000000")
        assert wrong["attempts_remaining"] == remaining

    locked = customer.set_pin(**OLD)
    assert (locked.status, locked.code) == (403, "transaction_password_locked")
    assert 1790 <= locked["retry_after"] <= 1800
    assert locked["reset_required"] is False
    met = pay_with(wallet, customer.id, PIN)
    assert met is not None
    assert met.code == "transaction_password_locked"

    clock.advance(seconds=locked["retry_after"])
    assert inbox.templates(customer.phone or "") == ["transaction_password_locked"]
    assert pay_with(wallet, customer.id, PIN) is None


def test_a_right_one_gives_the_tries_back(customer: Customer, wallet: Wallet) -> None:
    for _ in range(3):
        for _ in range(4):
            pay_with(wallet, customer.id, "000000")
        assert pay_with(wallet, customer.id, PIN) is None


def test_three_locks_in_a_day_need_a_reset_however_long_one_waits(
    customer: Customer, visitor: Visitor, wallet: Wallet, clock: Clock
) -> None:
    for _ in range(3):
        for _ in range(5):
            pay_with(wallet, customer.id, "000000")
        clock.jump_to(clock.now() + timedelta(minutes=31))
    locked = pay_with(wallet, customer.id, PIN)
    assert locked is not None
    assert locked.code == "transaction_password_locked"
    assert (locked.extra["reset_required"], locked.extra["retry_after"]) == (True, None)
    clock.jump_to(clock.now() + timedelta(days=3))
    assert pay_with(wallet, customer.id, PIN) is not None

    client = visitor.client.as_bearer(visitor.log_in(customer.phone or "")["access_token"])
    again = Customer(customer.id, customer.phone, customer.email, client, "")
    body = again.set_pin(**OLD).body
    assert (body["retry_after"], body["reset_required"]) == (None, True)

    token = visitor.token("reset_transaction_password", customer.phone or "")
    assert again.set_pin(verification_token=token, password=PASSWORD).status == 204
    assert pay_with(wallet, customer.id, NEW_PIN) is None
    for remaining in (4, 3, 2, 1, 0):
        refusal = pay_with(wallet, customer.id, "000000")
        assert refusal is not None
        assert refusal.attempts_remaining == remaining
    locked = pay_with(wallet, customer.id, NEW_PIN)
    assert locked is not None
    assert locked.extra["reset_required"] is False


def test_three_locks_over_more_than_a_day_need_no_reset(
    customer: Customer, wallet: Wallet, clock: Clock
) -> None:
    for _ in range(3):
        for _ in range(5):
            pay_with(wallet, customer.id, "000000")
        clock.jump_to(clock.now() + timedelta(hours=12, minutes=1))
    assert pay_with(wallet, customer.id, PIN) is None
