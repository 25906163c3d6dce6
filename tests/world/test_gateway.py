"""The gateway's book: one effect per reference, and never more given back than was taken."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.world.running import RunningWorld, at_once, charge

PLAIN_CARD = "6222021000000000009"


def post(world: RunningWorld, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = world.call("gateway", "POST", path, body)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


def test_a_charge_is_captured_and_shown_in_the_book(world: RunningWorld) -> None:
    answered = post(world, "/v1/charges", charge("att_1"))
    assert answered["status"] == "captured"
    assert answered["decline_code"] is None
    [booked] = world.listing("/charges")
    assert booked == {
        "id": answered["id"],
        "reference": "att_1",
        "amount": 1200,
        "currency": "CNY",
        "status": "captured",
        "refunded_amount": 0,
        "created_at": answered["created_at"],
    }


def test_the_same_reference_again_is_answered_the_first_result(world: RunningWorld) -> None:
    first = post(world, "/v1/charges", charge("att_1"))
    assert post(world, "/v1/charges", charge("att_1", amount=9)) == first
    assert len(world.listing("/charges")) == 1


def test_twenty_charges_of_one_reference_at_once_have_one_effect(world: RunningWorld) -> None:
    answers = at_once(20, lambda _: post(world, "/v1/charges", charge("att_1")))
    assert len({each["id"] for each in answers}) == 1
    assert len(world.listing("/charges")) == 1


def test_a_charge_after_its_cancel_takes_nothing(world: RunningWorld) -> None:
    assert post(world, "/v1/cancellations", {"reference": "late"})["status"] == "cancelled"
    assert post(world, "/v1/charges", charge("late"))["status"] == "cancelled"
    assert (
        world.call("gateway", "GET", "/v1/charges?reference=late").json()["status"] == "cancelled"
    )
    assert world.listing("/charges") == []


def test_a_cancel_undoes_nothing_that_was_captured(world: RunningWorld) -> None:
    post(world, "/v1/charges", charge("att_1"))
    assert post(world, "/v1/cancellations", {"reference": "att_1"})["status"] == "captured"
    assert world.listing("/charges")[0]["status"] == "captured"


def test_charge_and_cancel_at_once_agree_on_what_happened(world: RunningWorld) -> None:
    for number in range(10):
        reference = f"race_{number}"

        def either(which: int, reference: str = reference) -> str:
            if which:
                return str(post(world, "/v1/charges", charge(reference))["status"])
            return str(post(world, "/v1/cancellations", {"reference": reference})["status"])

        cancelled, charged = at_once(2, either)
        assert cancelled == charged


def test_an_inquiry_about_nothing_is_not_found(world: RunningWorld) -> None:
    answer = world.call("gateway", "GET", "/v1/charges?reference=none")
    assert (answer.status_code, answer.json()) == (404, {"code": "not_found"})


def test_refunds_never_exceed_what_was_captured(world: RunningWorld) -> None:
    post(world, "/v1/charges", charge("att_1"))

    def refund(number: int) -> str:
        body = {"reference": f"ref_{number}", "charge_reference": "att_1", "amount": 500}
        return str(post(world, "/v1/refunds", body)["status"])

    assert sorted(at_once(6, refund)) == ["refunded"] * 2 + ["refused"] * 4
    assert world.listing("/charges")[0]["refunded_amount"] == 1000


def test_a_refund_sent_twice_is_given_once(world: RunningWorld) -> None:
    post(world, "/v1/charges", charge("att_1"))
    body = {"reference": "ref_1", "charge_reference": "att_1", "amount": 1200}
    assert post(world, "/v1/refunds", body) == post(world, "/v1/refunds", body)
    [booked] = world.listing("/charges")
    assert (booked["status"], booked["refunded_amount"]) == ("refunded", 1200)
    inquiry = world.call("gateway", "GET", "/v1/charges?reference=att_1").json()
    assert inquiry["status"] == "refunded"


@pytest.mark.parametrize("charged", [False, True])
def test_a_refund_of_what_was_never_captured_is_refused(
    world: RunningWorld, *, charged: bool
) -> None:
    if charged:
        world.fault("gateway", "declined")
        post(world, "/v1/charges", charge("att_1"))
    body = {"reference": "ref_1", "charge_reference": "att_1", "amount": 1}
    assert post(world, "/v1/refunds", body)["status"] == "refused"


def test_a_card_statement_shows_one_line_per_movement(
    world: RunningWorld, tokenised: Callable[[str], str]
) -> None:
    source = {"type": "card", "token": tokenised(PLAIN_CARD), "last4": PLAIN_CARD[-4:]}
    for _ in range(2):
        post(world, "/v1/charges", charge("att_1", source=source))
    for _ in range(2):
        body = {"reference": "ref_1", "charge_reference": "att_1", "amount": 200}
        post(world, "/v1/refunds", body)
    lines = world.listing(f"/bank-statements?card_number={PLAIN_CARD}")
    assert [(line["direction"], line["amount"], line["description"]) for line in lines] == [
        ("credit", 200, "Refund"),
        ("debit", 1200, "Two coffees"),
    ]


def test_a_token_that_the_bank_never_made_is_declined(world: RunningWorld) -> None:
    source = {"type": "card", "token": "tok_invented", "last4": "0009"}
    answered = post(world, "/v1/charges", charge("att_1", source=source))
    assert (answered["status"], answered["decline_code"]) == ("declined", "declined")


@pytest.mark.parametrize("kind", ["declined", "insufficient_funds", "card_frozen"])
def test_what_concerns_cards_is_a_plain_decline_on_the_balance(
    world: RunningWorld, kind: str
) -> None:
    world.fault("gateway", kind)
    assert post(world, "/v1/charges", charge("att_1"))["decline_code"] == "declined"


def test_a_card_keeps_its_own_decline_codes(
    world: RunningWorld, tokenised: Callable[[str], str]
) -> None:
    source = {"type": "card", "token": tokenised(PLAIN_CARD), "last4": PLAIN_CARD[-4:]}
    for kind in ("insufficient_funds", "card_frozen"):
        world.fault("gateway", kind)
        answered = post(world, "/v1/charges", charge(f"att_{kind}", source=source))
        assert answered["decline_code"] == kind
    assert world.listing(f"/bank-statements?card_number={PLAIN_CARD}") == []


def test_time_in_the_book_is_virtual(world: RunningWorld) -> None:
    moved = world.control("PUT", "/clock", {"offset_seconds": 86400 * 365})
    answered = post(world, "/v1/charges", charge("att_1"))
    assert answered["created_at"] >= moved["now"]
