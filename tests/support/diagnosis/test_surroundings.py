"""What went on around a payment: an incident that only overlaps, a limit with its numbers, a card bound again."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from app.core.clock import rfc3339
from app.edges.results import Problem
from app.factory import Wallet
from tests.client import Answer
from tests.conftest import Clock, Outside
from tests.factories.banking import card_number, new_card_body, ready_card
from tests.factories.people import PIN, Person, create_person, give_money
from tests.factories.staff import create_agent
from tests.factories.status import create_incident
from tests.fakes import Lost

MINUTE = timedelta(minutes=1)


@pytest.fixture
def person(wallet: Wallet) -> Person:
    return create_person(wallet)


def ask(person: Person, **question: object) -> Answer:
    answer = person.signed_in_again().post("/v1/support/payment-diagnoses", question)
    assert answer.status == 201, answer.body
    return answer


def causes(answer: Answer) -> Sequence[str]:
    first = answer["primary_cause"]
    return [it["code"] for it in ([first] if first else []) + answer["other_causes"]]


def incident(wallet: Wallet, began: timedelta, over: timedelta | None = None) -> str:
    """A published incident of the gateway from `began` to `over`, both counted from now."""
    with wallet.database.transaction() as tx:
        resolved_at = None if over is None else tx.now + over
        return create_incident(tx, tx.now + began, resolved_at=resolved_at)


class TestAnIncidentThatOnlyOverlaps:
    def test_is_a_possible_cause_of_a_decline(
        self, wallet: Wallet, person: Person, outside: Outside
    ) -> None:
        incident_id = incident(wallet, -5 * MINUTE)
        outside.gateway.script.append(Problem.DECLINED)
        answer = ask(person, payment_id=person.pay(12_800)["id"])

        assert causes(answer) == ["gateway_declined", "incident"]
        assert "may have to do with it" in answer["other_causes"][0]["text"]
        assert incident_id in {it["id"] for it in answer["evidence"]}

    def test_is_none_of_a_balance_that_was_too_low(self, wallet: Wallet, person: Person) -> None:
        incident(wallet, -5 * MINUTE)
        payment = person.pay(150_000, transaction_password=PIN)

        assert causes(ask(person, payment_id=payment["id"])) == ["wallet_balance"]

    def test_is_a_possible_cause_of_what_is_nowhere_and_of_what_only_the_phone_saw(
        self, wallet: Wallet, person: Person, clock: Clock
    ) -> None:
        incident(wallet, -5 * MINUTE)
        now = rfc3339(clock.now())
        assert causes(ask(person, amount=700, occurred_at=now)) == ["no_record", "incident"]
        sight = {"type": "payment_request_failed", "occurred_at": now, "amount": 12_800}
        sight |= {"currency": "CNY", "error": "timeout"}
        assert person.client.post("/v1/client-events", sight).status == 202

        answer = ask(person, amount=12_800, occurred_at=now)
        assert causes(answer) == ["client_network", "no_record", "incident"]

    def test_began_while_the_outcome_was_not_known(
        self, wallet: Wallet, person: Person, outside: Outside, clock: Clock
    ) -> None:
        outside.gateway.script.append(Lost(Problem.CONNECTION_RESET))
        outside.gateway.inquiries_fail = 50
        payment = person.pay(12_800)
        clock.advance(minutes=20)
        incident(wallet, -5 * MINUTE)

        answer = ask(person, payment_id=payment["id"])
        assert (answer["verdict"], causes(answer)) == ("unknown", ["connection_reset", "incident"])

    def test_hit_an_attempt_before_the_one_that_counts(
        self, wallet: Wallet, person: Person, outside: Outside, clock: Clock
    ) -> None:
        outside.gateway.script.extend([Problem.CONNECTION_REFUSED, Problem.CONNECTION_REFUSED])
        payment = person.pay(12_800)
        incident(wallet, -MINUTE, over=MINUTE)
        clock.advance(minutes=5)
        retried = person.client.post(f"/v1/payments/{payment['id']}/retry", key="fresh")
        assert retried["status"] == "failed", retried.body

        answer = ask(person, payment_id=payment["id"])
        assert causes(answer) == ["connection_refused", "incident"]

    def test_is_none_once_it_was_over_before(
        self, wallet: Wallet, person: Person, outside: Outside
    ) -> None:
        incident(wallet, -9 * MINUTE, over=-5 * MINUTE)
        outside.gateway.script.append(Problem.DECLINED)

        assert causes(ask(person, payment_id=person.pay(12_800)["id"])) == ["gateway_declined"]


def test_a_used_up_limit_is_told_with_what_was_used_the_cap_and_when_it_resets(
    wallet: Wallet, person: Person
) -> None:
    with wallet.database.transaction() as tx:
        give_money(tx, person.user_id, 30_000_000)
    for number in range(4):
        assert person.pay(5_000_000 - number, transaction_password=PIN)["status"] == "succeeded"
    answer = ask(person, payment_id=person.pay(12_800)["id"])

    assert causes(answer) == ["limit_exceeded"]
    assert "limit of CN¥200,000.00 (CN¥199,999.94 used, it resets at " in answer["message"]


class TestACardThatIsBoundAgain:
    def test_is_told_of_a_payment_that_used_it(
        self, wallet: Wallet, person: Person, outside: Outside
    ) -> None:
        number, payment_id, card_id = paid_by_card_in_vain(wallet, person, outside)
        before = ask(person, payment_id=payment_id)
        assert "confirm_bank_card" not in {it["code"] for it in before["advice"]}
        unbind(person, card_id)
        again = bind(person, number)

        answer = ask(person, payment_id=payment_id)
        assert [it["code"] for it in answer["advice"]] == ["confirm_bank_card"]
        assert "That card is being bound again" in answer["message"]
        assert again in {it["id"] for it in answer["evidence"]}

    def test_is_told_to_an_agent_who_has_its_last_digits(
        self, wallet: Wallet, person: Person, outside: Outside, clock: Clock
    ) -> None:
        number, _, card_id = paid_by_card_in_vain(wallet, person, outside)
        unbind(person, card_id)
        bind(person, number)
        clock.advance(hours=25)
        about = {"amount": 99_900, "occurred_at": rfc3339(clock.now()), "card_last4": number[-4:]}
        answer = create_agent(wallet).client.post(
            "/internal/v1/payment-diagnoses", {"user_id": person.user_id} | about
        )

        assert answer["primary_cause"]["code"] == "bank_card_not_active"
        assert "The card is being bound again" in answer["primary_cause"]["text"]


def paid_by_card_in_vain(wallet: Wallet, person: Person, outside: Outside) -> tuple[str, str, str]:
    number = card_number()
    card_id = ready_card(wallet.banking, person.user_id, number)
    outside.gateway.script.append(Problem.DECLINED)
    payment = person.pay(12_800, source={"type": "bank_card", "id": card_id})
    return number, str(payment["id"]), card_id


def unbind(person: Person, card_id: str) -> None:
    path = f"/v1/bank-cards/{card_id}/unbind"
    assert person.client.post(path, {"transaction_password": PIN}).status == 200


def bind(person: Person, number: str) -> str:
    bound = person.client.post("/v1/bank-cards", new_card_body(number), key="fresh")
    assert bound.status == 201, bound.body
    return str(bound["id"])
