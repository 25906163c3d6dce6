"""Canned replies say nothing that isn't true of the conversation's payment."""

from datetime import timedelta

import pytest

from app.edges.results import Problem
from app.factory import Wallet
from app.payments.rules import INQUIRY_SCHEDULE
from app.support.conversations.canned import canned_replies
from app.support.diagnosis.wording import moment_text
from tests.conftest import Clock, Outside
from tests.factories.conversations import begin
from tests.factories.people import Person, create_person
from tests.factories.staff import create_agent
from tests.fakes import Lost, Step

OF_A_PAYMENT = {"payment_succeeded", "payment_unknown", "payment_failed", "payment_not_made"}


@pytest.fixture
def person(wallet: Wallet) -> Person:
    return create_person(wallet, card=True)


def offered(wallet: Wallet, person: Person, payment_id: str | None) -> dict[str, str]:
    """The texts of the replies about a payment that an agent is offered, in English."""
    about = {} if payment_id is None else {"payment_id": payment_id}
    conversation_id = begin(person.client, **about)["id"]
    agent = create_agent(wallet)
    answer = agent.client.get(
        "/internal/v1/canned-replies", conversation_id=conversation_id, locale="en"
    )
    return {it["id"]: it["text"] for it in answer["data"] if it["id"] in OF_A_PAYMENT}


@pytest.mark.parametrize(
    ("step", "source", "fits"),
    [
        (None, "balance", "payment_succeeded"),
        (Lost(Problem.CONNECTION_RESET), "balance", "payment_unknown"),
        (Problem.CONNECTION_REFUSED, "balance", "payment_failed"),
        (Problem.CARD_FROZEN, "bank_card", "payment_not_made"),
    ],
)
def test_only_what_is_true_of_the_payment_is_offered(
    wallet: Wallet, person: Person, outside: Outside, step: Step, source: str, fits: str
) -> None:
    if step is not None:
        outside.gateway.script.append(step)
    by_card = {"source": {"type": "bank_card", "id": person.card_id}}
    payment_id = person.pay(12_800, **by_card if source == "bank_card" else {})["id"]

    assert set(offered(wallet, person, payment_id)) == {fits}


def test_trying_again_is_not_offered_beside_the_same_payment_that_went_through(
    wallet: Wallet, person: Person, outside: Outside
) -> None:
    outside.gateway.script.append(Problem.CONNECTION_REFUSED)
    failed = person.pay(12_800)["id"]
    person.pay(12_800)

    assert set(offered(wallet, person, failed)) == {"payment_not_made"}


def test_an_open_payment_is_promised_for_when_the_last_inquiry_is_made(
    wallet: Wallet, person: Person, outside: Outside, clock: Clock
) -> None:
    outside.gateway.script.append(Lost(Problem.CONNECTION_RESET))
    outside.gateway.inquiries_fail = 1
    payment = person.pay(12_800)
    clock.jump_to(clock.now() + timedelta(seconds=2))
    text = offered(wallet, person, payment["id"])["payment_unknown"]
    diagnosis = person.client.post("/v1/support/payment-diagnoses", {"payment_id": payment["id"]})

    with wallet.database.snapshot() as tx:
        promised = tx.now + INQUIRY_SCHEDULE[-1] - timedelta(seconds=2)
    said = moment_text(promised, wallet.support.timezone).en
    assert f"we'll tell you by {said}." in text
    assert f"we'll tell you by {said}." in diagnosis["message"]


def test_without_a_payment_all_are_offered_with_their_places_left_open(
    wallet: Wallet, person: Person
) -> None:
    found = offered(wallet, person, None)

    assert set(found) == OF_A_PAYMENT
    assert "{news_time}" in found["payment_unknown"]


def test_every_reply_that_says_what_became_of_a_payment_has_its_verdicts() -> None:
    assert {it.id for it in canned_replies() if it.verdicts} == OF_A_PAYMENT
    assert all(it.retry_safe for it in canned_replies() if "try again" in it.text.en)
