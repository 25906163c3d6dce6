"""An agent looks into one payment, and asks the gateway now."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from app.core.jobs import Job
from app.edges.results import Problem
from app.factory import Wallet
from app.payments.models import Attempt
from tests.client import Answer
from tests.conftest import Clock, Outside
from tests.factories.people import PIN, Person
from tests.factories.staff import Colleague, create_agent
from tests.factories.status import create_incident
from tests.fakes import Lost, Unanswered
from tests.support.customers.conftest import Trail


def evidence(agent: Colleague, payment_id: str) -> Answer:
    answer = agent.client.get(f"/internal/v1/payments/{payment_id}/evidence")
    assert answer.status == 200, answer.body
    return answer


def inquire(agent: Colleague, payment_id: str, kind: str = "payments") -> Answer:
    return agent.client.post(f"/internal/v1/{kind}/{payment_id}/inquire")


class TestEvidence:
    def test_it_shows_the_exchange_the_books_and_what_happened_around(
        self, wallet: Wallet, person: Person, agent: Colleague, trail: Trail, clock: Clock
    ) -> None:
        with wallet.database.transaction() as tx:
            incident_id = create_incident(tx, tx.now)
        app = person.client.with_headers(X_App_Version="ios/2.3.0", X_Network_Type="wifi")
        body = {
            "merchant_id": "mch_star_coffee",
            "amount": 12_800,
            "currency": "CNY",
            "source": {"type": "balance"},
        }
        payment = app.post("/v1/payments", body)
        event = {
            "type": "payment_request_failed",
            "occurred_at": clock.now().isoformat(timespec="milliseconds"),
            "amount": 12_800,
            "currency": "CNY",
            "error": "timeout",
        }
        event_id = person.client.post("/v1/client-events", event)["id"]

        found = evidence(agent, payment["id"])
        assert found["user_id"] == person.user_id
        assert found["money"]["verdict"] == "succeeded"
        assert (found["money"]["ledger"], found["money"]["gateway"]) == ("posted", "captured")
        (attempt,) = found["attempts"]
        assert attempt["reference"] == payment["attempts"][0]["id"]
        assert attempt["gateway_reference"]
        assert attempt["network_type"] == "wifi"
        (entry,) = found["ledger_entries"]
        assert sum(it["amount"] for it in entry["postings"]) == 0
        assert {it["account"] for it in entry["postings"]} == {"user_wallet", "merchant"}
        (hold,) = found["holds"]
        assert (hold["attempt_id"], hold["status"]) == (attempt["id"], "captured")
        assert [it["id"] for it in found["incidents"]] == [incident_id]
        assert [it["id"] for it in found["client_events"]] == [event_id]
        assert found["app_version"] == {
            "version": "ios/2.3.0",
            "minimum_supported": found["app_version"]["minimum_supported"],
            "too_old": False,
        }
        (seen,) = trail()
        assert (seen.action, seen.subject) == ("read_payment_evidence", payment["id"])
        assert seen.customer_id == person.user_id

    def test_an_open_payment_is_unknown_and_tells_when_it_is_asked_about_next(
        self, person: Person, agent: Colleague, outside: Outside
    ) -> None:
        outside.gateway.script.append(Unanswered())
        payment = person.pay(12_800)

        found = evidence(agent, payment["id"])
        assert (found["money"]["verdict"], found["money"]["ledger"]) == ("unknown", "held")
        assert found["money"]["next_inquiry_at"] > payment["created_at"]
        assert outside.gateway.calls  # the charge; reading asks nobody

    def test_it_says_of_the_money_what_the_diagnosis_says_beside_a_twin_that_is_not_settled(
        self, person: Person, agent: Colleague, outside: Outside
    ) -> None:
        paid = person.pay(12_800)
        outside.gateway.script.append(Lost())
        assert person.pay(12_800)["status"] == "processing"

        question = {"user_id": person.user_id, "payment_id": paid["id"]}
        diagnosis = agent.client.post("/internal/v1/payment-diagnoses", question)
        assert evidence(agent, paid["id"])["money"]["verdict"] == "succeeded"
        assert diagnosis["verdict"] == "succeeded"

    def test_what_is_no_payment_is_not_found(self, person: Person, agent: Colleague) -> None:
        movement = {
            "bank_card_id": person.card_id,
            "amount": 100,
            "currency": "CNY",
            "transaction_password": PIN,
        }
        top_up = person.client.post("/v1/top-ups", movement)["id"]
        for wrong in ("pay_none", top_up, person.user_id):
            answer = agent.client.get(f"/internal/v1/payments/{wrong}/evidence")
            assert answer.code == "not_found"


class TestInquire:
    @pytest.mark.parametrize(
        ("taken", "status", "available"), [(True, "succeeded", 87_200), (False, "failed", 100_000)]
    )
    def test_it_settles_what_people_had_to_look_at(
        self,
        wallet: Wallet,
        person: Person,
        outside: Outside,
        clock: Clock,
        taken: bool,
        status: str,
        available: int,
    ) -> None:
        step = Lost(Problem.CONNECTION_RESET) if taken else Unanswered(Problem.READ_TIMEOUT)
        outside.gateway.script.append(step)
        payment = person.pay(12_800)
        outside.gateway.inquiries_fail = 100
        clock.advance(hours=25)
        agent = create_agent(wallet)
        assert evidence(agent, payment["id"])["payment"]["status"] == "manual_review"
        assert inquire(agent, payment["id"])["status"] == "manual_review"

        outside.gateway.inquiries_fail = 0
        answer = inquire(agent, payment["id"])
        assert (answer.status, answer["id"]) == (200, payment["id"])
        assert answer["status"] == status
        assert person.money.available == available
        assert person.money.held == 0

    def test_asking_in_vain_uses_up_nothing_of_the_schedule(
        self, wallet: Wallet, person: Person, agent: Colleague, outside: Outside, clock: Clock
    ) -> None:
        outside.gateway.script.append(Unanswered())
        payment = person.pay(12_800)
        outside.gateway.inquiries_fail = 100

        def schedule() -> list[object]:
            with wallet.database.snapshot() as tx:
                due = sa.select(Job.due_at).where(Job.kind == "inquire_attempt")
                made = sa.select(Attempt.inquiries_made)
                return [tx.scalars(due).all(), tx.scalars(made).all()]

        before = schedule()
        for _ in range(12):
            assert inquire(agent, payment["id"])["status"] == "processing"
        assert schedule() == before
        outside.gateway.inquiries_fail = 0
        clock.advance(seconds=10)
        assert evidence(agent, payment["id"])["payment"]["status"] == "failed"

    def test_agents_and_the_schedule_settle_it_once(
        self, person: Person, agent: Colleague, outside: Outside
    ) -> None:
        outside.gateway.script.append(Lost(Problem.CONNECTION_RESET))
        payment = person.pay(12_800)
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda _: inquire(agent, payment["id"]), range(8)))

        assert {it["status"] for it in answers} == {"succeeded"}
        assert person.money.total == 87_200
        assert len(evidence(agent, payment["id"])["ledger_entries"]) == 1

    def test_a_settled_payment_asks_nobody_and_the_look_is_on_record(
        self, person: Person, agent: Colleague, outside: Outside, trail: Trail
    ) -> None:
        payment = person.pay(12_800)
        outside.gateway.inquiries_fail = 1

        assert inquire(agent, payment["id"])["status"] == "succeeded"
        assert outside.gateway.inquiries_fail == 1
        (entry,) = trail()
        assert (entry.action, entry.subject) == ("inquire_payment", payment["id"])
        assert entry.customer_id == person.user_id
        assert inquire(agent, "pay_none").code == "not_found"

    @pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
    def test_top_ups_and_withdrawals_are_asked_about_too(
        self, wallet: Wallet, person: Person, outside: Outside, clock: Clock
    ) -> None:
        movement = {
            "bank_card_id": person.card_id,
            "amount": 5_000,
            "currency": "CNY",
            "transaction_password": PIN,
        }
        outside.gateway.script.append(Lost(Problem.CONNECTION_RESET))
        outside.bank.script.append(Lost(Problem.CONNECTION_RESET))
        top_up = person.client.post("/v1/top-ups", movement)["id"]
        withdrawal = person.client.post("/v1/withdrawals", movement)["id"]
        outside.gateway.inquiries_fail = outside.bank.inquiries_fail = 100
        clock.advance(hours=25)
        outside.gateway.inquiries_fail = outside.bank.inquiries_fail = 0

        agent = create_agent(wallet)
        assert inquire(agent, top_up, "top-ups")["status"] == "succeeded"
        assert inquire(agent, withdrawal, "withdrawals")["status"] == "succeeded"
        assert inquire(agent, withdrawal, "top-ups").code == "not_found"
        assert person.money.total == 100_000
