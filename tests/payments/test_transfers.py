"""Transfers between users: at once, within the limits, and telling nobody too much."""

import pytest

from app.factory import Wallet
from tests.client import Answer
from tests.conftest import Clock
from tests.factories.people import PIN, Person, create_person


def send(sender: Person, to: Person, amount: int = 1000, **changes: object) -> Answer:
    body = {"recipient": {"user_id": to.user_id}, "amount": amount, "currency": "CNY"}
    return sender.client.post("/v1/transfers", body | changes)


def test_a_transfer_moves_money_at_once_and_both_sides_see_it(wallet: Wallet) -> None:
    sender, recipient = create_person(wallet), create_person(wallet, balance=0)
    answer = send(sender, recipient, 1000, note="lunch")
    assert (answer.status, answer["status"], answer["direction"]) == (201, "succeeded", "out")
    assert (sender.money.total, recipient.money.total) == (99_000, 1000)
    [received] = recipient.client.get("/v1/transfers")["data"]
    assert (received["id"], received["direction"]) == (answer["id"], "in")
    assert received["note"] == "lunch"
    [entry] = recipient.client.get("/v1/wallet/entries")["data"]
    assert (entry["type"], entry["amount"]) == ("transfer_in", 1000)


def test_a_recipient_is_found_by_identifier(wallet: Wallet) -> None:
    sender, recipient = create_person(wallet), create_person(wallet, balance=0)
    answer = send(sender, recipient, recipient={"identifier": recipient.identifier})
    assert answer["status"] == "succeeded"
    assert answer["counterparty"] == {"display_name": "Sandbox User"}


def test_too_low_a_balance_is_recorded_and_only_its_sender_sees_it(wallet: Wallet) -> None:
    sender, recipient = create_person(wallet, balance=10), create_person(wallet)
    answer = send(sender, recipient, 11)
    assert (answer.status, answer["status"]) == (201, "failed")
    assert answer["failure"]["code"] == "wallet_balance"
    assert (sender.money.total, recipient.money.total) == (10, 100_000)
    assert recipient.client.get("/v1/transfers")["data"] == []
    assert recipient.client.get(f"/v1/transfers/{answer['id']}").code == "not_found"
    assert sender.client.get(f"/v1/transfers/{answer['id']}")["status"] == "failed"


def test_nobody_transfers_to_themselves(wallet: Wallet) -> None:
    sender = create_person(wallet)
    answer = send(sender, sender)
    assert (answer.status, answer.code) == (422, "recipient_is_self")


def test_after_twenty_misses_a_day_nobody_is_looked_up_any_more(
    wallet: Wallet, clock: Clock
) -> None:
    sender, recipient = create_person(wallet), create_person(wallet)
    nobody = {"identifier": "nobody@example.com"}
    for _ in range(20):
        assert send(sender, recipient, recipient=nobody).code == "recipient_not_found"
    for someone in (nobody, {"user_id": recipient.user_id}):
        refused = send(sender, recipient, recipient=someone)
        assert (refused.status, refused.code) == (429, "rate_limited")
        assert int(refused.headers["Retry-After"]) > 0
        assert "RateLimit" in refused.headers


@pytest.mark.parametrize(
    "recipient",
    [{}, {"identifier": "a@example.com", "user_id": "usr_1"}, "usr_1", {"user_id": 5}],
)
def test_a_recipient_has_exactly_one_name(wallet: Wallet, recipient: object) -> None:
    sender = create_person(wallet)
    answer = send(sender, sender, recipient=recipient)
    assert (answer.status, answer.code) == (422, "validation_failed")


def test_a_large_transfer_needs_the_transaction_password(wallet: Wallet) -> None:
    sender, recipient = create_person(wallet), create_person(wallet)
    assert send(sender, recipient, 20_001).code == "transaction_password_required"
    assert send(sender, recipient, 20_001, transaction_password=PIN)["status"] == "succeeded"


def test_a_third_user_s_transfer_is_not_found(wallet: Wallet) -> None:
    sender, recipient = create_person(wallet), create_person(wallet)
    transfer_id = send(sender, recipient)["id"]
    assert create_person(wallet).client.get(f"/v1/transfers/{transfer_id}").code == "not_found"
