"""The catalogue of magic values, walked: each one brings exactly what it says."""

from typing import Any

import pytest

from app.payments.failures import FAILURES
from app.payments.seed import MERCHANTS
from tests.sandbox.doors import Doors, SandboxUser, bound_card
from tests.world.running import RunningWorld

PLAIN = {"ok"}
# Nothing was sent, so there is nothing to inquire about: the payment has failed when it is answered.
AT_ONCE = {"connection_refused", "dns_failure", "connect_timeout"}
SETTLED_AFTER_SECONDS = 10


def values(doors: Doors, kind: str) -> list[dict[str, Any]]:
    return [trigger for trigger in doors.listing("/triggers") if trigger["kind"] == kind]


def outcome(doors: Doors, user: SandboxUser, path: str, answer: Any) -> dict[str, Any]:
    """What a movement came to, inquiries included."""
    if answer["status"] == "processing":
        doors.advance(SETTLED_AFTER_SECONDS)
    found = user.client.get(f"/v1/{path}/{answer['id']}")
    assert found.status == 200, found.body
    return dict(found.body)


def money(user: SandboxUser) -> dict[str, Any]:
    """The user's wallet, apart from when it was looked at."""
    return {name: it for name, it in user.client.get("/v1/wallet").body.items() if name != "as_of"}


def assert_brings(trigger: dict[str, Any], movement: dict[str, Any]) -> None:
    if "failure_code" not in trigger:
        assert (movement["status"], movement["failure"]) == ("succeeded", None), trigger
        return
    assert movement["status"] == "failed", trigger
    failure = movement["failure"]
    said = (trigger["failure_reason"], trigger["failure_code"])
    assert (failure["reason"], failure["code"]) == said


def test_every_merchant_of_the_catalogue_brings_what_it_says(live: Doors) -> None:
    user = live.user()
    for trigger in values(live, "merchant"):
        answer = user.pay(100, trigger["value"])
        assert_brings(trigger, outcome(live, user, "payments", answer))
    live.check()


def test_a_gateway_out_of_reach_fails_a_payment_at_once_and_its_hold_is_released(
    live: Doors,
) -> None:
    user = live.user()
    before = money(user)
    assert before["held"] == 0
    out_of_reach = [it for it in live.listing("/triggers") if it.get("failure_code") in AT_ONCE]
    assert {it["failure_code"] for it in out_of_reach} == AT_ONCE
    for trigger in out_of_reach:
        answer = user.pay(100, trigger["value"])
        assert answer.status == 201
        assert_brings(trigger, answer.body)
        assert money(user) == before
    assert live.listing("/gateway/charges") == []


def test_every_card_number_of_the_catalogue_brings_what_it_says(live: Doors) -> None:
    for trigger in values(live, "card_number"):
        user = live.user()
        card_id = bound_card(live, user, trigger["value"])
        topped_up = user.move("top-ups", 100, card_id)
        assert_brings(trigger, outcome(live, user, "top-ups", topped_up))
        paid = user.pay(100, source={"type": "bank_card", "id": card_id})
        assert_brings(trigger, outcome(live, user, "payments", paid))
    live.advance(60)
    live.check()


def test_every_identifier_of_the_catalogue_brings_what_it_says(live: Doors) -> None:
    for trigger in values(live, "identifier"):
        kind = "email" if "@" in trigger["value"] else "phone"
        user = live.user(**{kind: trigger["value"]})
        assert_brings(trigger, outcome(live, user, "payments", user.pay(100)))


def test_there_are_three_plain_merchants_and_a_value_for_each_code(live: Doors) -> None:
    triggers = live.listing("/triggers")
    plain = [each for each in triggers if each["kind"] == "merchant" and each["effect"] == "ok"]
    assert len(plain) >= 3
    assert {each.get("failure_code") for each in plain} == {None}
    codes = {each["failure_code"] for each in triggers if "failure_code" in each}
    assert codes == set(FAILURES)


def test_every_merchant_of_the_catalogue_can_be_paid(live: Doors) -> None:
    seeded = {merchant_id for merchant_id, _, _ in MERCHANTS}
    assert {each["value"] for each in values(live, "merchant")} == seeded


@pytest.mark.parametrize("number", ["6222029999999999992", "6228489999999999992"])
def test_any_other_card_number_is_plain(live: Doors, world: RunningWorld, number: str) -> None:
    user = live.user()
    assert user.move("top-ups", 100, bound_card(live, user, number))["status"] == "succeeded"
