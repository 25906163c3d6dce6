"""The bank's book: tokens, payouts, micro-deposits and their one reversal."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.world.running import RunningWorld, at_once

CARD = "6228481000000000009"
Tokenised = Callable[[str], str]


def post(world: RunningWorld, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = world.call("bank", "POST", path, body)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


def deposit(reference: str, token: str) -> dict[str, Any]:
    return payout(reference, token, 37) | {"description": "U-Wallet check"}


def payout(reference: str, token: str, amount: int = 5000) -> dict[str, Any]:
    return {
        "reference": reference,
        "token": token,
        "user_id": "usr_1",
        "card_last4": CARD[-4:],
        "amount": amount,
        "currency": "CNY",
    }


def statement(world: RunningWorld) -> list[tuple[str, int]]:
    lines = world.listing(f"/bank-statements?card_number={CARD}")
    return [(line["direction"], line["amount"]) for line in lines]


def test_a_card_has_one_token_and_two_holders_have_two(
    world: RunningWorld, tokenised: Tokenised
) -> None:
    assert tokenised(CARD) == tokenised(CARD)
    other = {"card_number": CARD, "holder_name": "李四", "phone": "+8613800138001"}
    assert post(world, "/v1/tokens", other)["token"] != tokenised(CARD)
    assert CARD not in tokenised(CARD)


@pytest.mark.parametrize("kind", ["declined", "card_frozen"])
def test_a_refused_card_gets_no_token(world: RunningWorld, kind: str) -> None:
    world.fault("bank", kind, operation="tokenise")
    body = {"card_number": CARD, "holder_name": "张三", "phone": "+8613800138000"}
    answer = world.call("bank", "POST", "/v1/tokens", body)
    assert (answer.status_code, answer.json()) == (422, {"code": kind})


def test_deposit_and_reversal_are_one_credit_and_one_debit(
    world: RunningWorld, tokenised: Tokenised
) -> None:
    token = tokenised(CARD)
    for _ in range(2):
        assert post(world, "/v1/deposits", deposit("dep_1", token))["status"] == "posted"
    for reference in ("rev_1", "rev_1", "rev_2"):
        body = {"reference": reference, "deposit_reference": "dep_1"}
        reversed_ = post(world, "/v1/deposit-reversals", body)
        assert (reversed_["status"], reversed_["reference"]) == ("reversed", reference)
    assert statement(world) == [("debit", 37), ("credit", 37)]


def test_a_deposit_reversed_before_it_came_never_comes(
    world: RunningWorld, tokenised: Tokenised
) -> None:
    body = {"reference": "rev_1", "deposit_reference": "dep_1"}
    assert post(world, "/v1/deposit-reversals", body)["status"] == "not_found"
    late = post(world, "/v1/deposits", deposit("dep_1", tokenised(CARD)))
    assert late["status"] == "cancelled"
    assert statement(world) == []


def test_a_payout_is_paid_once_however_often_it_is_sent_at_once(
    world: RunningWorld, tokenised: Tokenised
) -> None:
    token = tokenised(CARD)
    answers = at_once(12, lambda _: post(world, "/v1/payouts", payout("out_1", token)))
    assert {each["status"] for each in answers} == {"paid"}
    assert statement(world) == [("credit", 5000)]


def test_a_cancelled_payout_is_not_paid(world: RunningWorld, tokenised: Tokenised) -> None:
    assert post(world, "/v1/cancellations", {"reference": "out_1"})["status"] == "cancelled"
    assert post(world, "/v1/payouts", payout("out_1", tokenised(CARD)))["status"] == "cancelled"
    inquiry = world.call("bank", "GET", "/v1/movements?reference=out_1").json()
    assert inquiry["status"] == "cancelled"
    assert world.listing("/movements") == []


def test_a_cancel_finds_what_was_done(world: RunningWorld, tokenised: Tokenised) -> None:
    post(world, "/v1/payouts", payout("out_1", tokenised(CARD)))
    assert post(world, "/v1/cancellations", {"reference": "out_1"})["status"] == "paid"
    [movement] = world.listing("/movements")
    assert (movement["kind"], movement["status"]) == ("payout", "paid")


def test_a_payout_cannot_lack_funds(world: RunningWorld, tokenised: Tokenised) -> None:
    world.fault("bank", "insufficient_funds", operation="payout")
    declined = post(world, "/v1/payouts", payout("out_1", tokenised(CARD)))
    assert (declined["status"], declined["decline_code"]) == ("declined", "declined")


def test_an_unknown_movement_is_not_found(world: RunningWorld) -> None:
    answer = world.call("bank", "GET", "/v1/movements?reference=none")
    assert (answer.status_code, answer.json()) == (404, {"code": "not_found"})
