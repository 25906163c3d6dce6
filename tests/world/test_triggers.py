"""Magic values: what the catalogue says is what happens."""

from collections.abc import Callable

import pytest
from stdnum import luhn

from tests.world.running import RunningWorld, charge
from world import triggers

CATALOGUE = triggers.listed()
CARDS = [row for row in CATALOGUE if row["kind"] == "card_number"]


def test_the_catalogue_is_answered_as_it_is(world: RunningWorld) -> None:
    assert world.listing("/triggers") == CATALOGUE


def test_values_are_unique_and_card_numbers_valid() -> None:
    assert len({row["value"] for row in CATALOGUE}) == len(CATALOGUE)
    for row in CARDS:
        assert luhn.is_valid(row["value"])
        assert len(row["value"]) == 19
        assert row["value"][:6] in ("622202", "622848")


@pytest.mark.parametrize("row", CARDS, ids=lambda row: f"{row['effect']}-{row['value']}")
def test_a_card_pays_or_is_declined_as_its_number_says(
    world: RunningWorld, tokenised: Callable[[str], str], row: dict[str, str]
) -> None:
    source = {"type": "card", "token": tokenised(row["value"]), "last4": row["value"][-4:]}
    answered = world.call("gateway", "POST", "/v1/charges", charge("att_1", source=source)).json()
    declined = row["effect"] != "ok"
    assert answered["status"] == ("declined" if declined else "captured")
    assert answered["decline_code"] == (row["effect"] if declined else None)


def test_a_fault_that_was_asked_for_goes_before_a_trigger(world: RunningWorld) -> None:
    world.fault("gateway", "http_500")
    body = charge("att_1", merchant_id="mch_test_risk")
    assert world.call("gateway", "POST", "/v1/charges", body).status_code == 500
    assert world.call("gateway", "POST", "/v1/charges", body).json()["decline_code"] == "risk"
