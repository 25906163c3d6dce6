"""Money between the wallet and a bank card: the gateway charges, the bank pays out."""

import pytest

from app.edges.protocols import Charge, Payout
from app.edges.results import Problem
from app.factory import Wallet
from tests.client import Answer
from tests.conftest import Clock, Outside
from tests.factories.people import PIN, Person, create_person
from tests.fakes import Lost, Unanswered


def move(person: Person, path: str, amount: int = 1000, **changes: object) -> Answer:
    body = {
        "bank_card_id": person.card_id,
        "amount": amount,
        "currency": "CNY",
        "transaction_password": PIN,
    }
    return person.client.post(path, body | changes)


def test_a_top_up_charges_the_card_and_fills_the_wallet(wallet: Wallet, outside: Outside) -> None:
    person = create_person(wallet, card=True)
    answer = move(person, "/v1/top-ups")
    assert (answer.status, answer["status"]) == (201, "succeeded")
    assert answer["bank_card_id"] == person.card_id
    assert person.money.total == 101_000
    [charge] = outside.gateway.calls
    assert isinstance(charge, Charge)
    assert charge.merchant_id is None


def test_a_withdrawal_holds_then_pays_out_at_the_bank(wallet: Wallet, outside: Outside) -> None:
    person = create_person(wallet, card=True)
    answer = move(person, "/v1/withdrawals")
    assert (answer.status, answer["status"]) == (201, "succeeded")
    assert person.money.total == 99_000
    assert isinstance(outside.bank.calls[-1], Payout)
    assert outside.gateway.calls == []


def test_a_withdrawal_over_the_balance_is_recorded_as_failed(wallet: Wallet) -> None:
    person = create_person(wallet, balance=10, card=True)
    answer = move(person, "/v1/withdrawals", 11)
    assert (answer.status, answer["status"]) == (201, "failed")
    assert answer["failure"]["code"] == "wallet_balance"


@pytest.mark.parametrize(("path", "after"), [("/v1/top-ups", 101_000), ("/v1/withdrawals", 99_000)])
def test_a_lost_answer_is_settled_by_inquiry(
    wallet: Wallet, outside: Outside, clock: Clock, path: str, after: int
) -> None:
    person = create_person(wallet, card=True)
    for edge in (outside.gateway, outside.bank):
        edge.script.append(Lost(Problem.READ_TIMEOUT))
    answer = move(person, path)
    assert (answer.status, answer["status"]) == (202, "processing")
    clock.advance(seconds=6)
    assert person.client.get(f"{path}/{answer['id']}")["status"] == "succeeded"
    assert (person.money.total, person.money.held) == (after, 0)


@pytest.mark.parametrize("path", ["/v1/top-ups", "/v1/withdrawals"])
def test_what_never_reached_the_outside_leaves_the_balance_alone(
    wallet: Wallet, outside: Outside, clock: Clock, path: str
) -> None:
    person = create_person(wallet, card=True)
    for edge in (outside.gateway, outside.bank):
        edge.script.append(Unanswered(Problem.CONNECTION_RESET))
    answer = move(person, path)
    clock.advance(seconds=6)
    settled = person.client.get(f"{path}/{answer['id']}")
    assert (settled["status"], settled["failure"]["code"]) == ("failed", "connection_reset")
    assert (person.money.total, person.money.held) == (100_000, 0)


@pytest.mark.parametrize("path", ["/v1/top-ups", "/v1/withdrawals"])
def test_the_transaction_password_is_always_asked_for(wallet: Wallet, path: str) -> None:
    person = create_person(wallet, card=True)
    missing = move(person, path, transaction_password=None)
    assert (missing.status, missing.code) == (422, "validation_failed")
    wrong = move(person, path, transaction_password="135790")
    assert (wrong.status, wrong.code) == (403, "transaction_password_incorrect")
    assert person.client.get(path)["data"] == []


@pytest.mark.parametrize("path", ["/v1/top-ups", "/v1/withdrawals"])
def test_somebody_else_s_card_is_not_found_and_costs_no_try(wallet: Wallet, path: str) -> None:
    person, other = create_person(wallet), create_person(wallet, card=True)
    answer = move(person, path, bank_card_id=other.card_id, transaction_password="135790")
    assert (answer.status, answer.code) == (404, "not_found")
    wrong = move(other, path, transaction_password="135790")
    assert wrong["attempts_remaining"] == 4
