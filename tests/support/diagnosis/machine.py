"""Plays the cases of corpus.toml on the wired wallet, over HTTP: a new user for each, steps by their names."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app.core.clock import rfc3339
from app.edges.results import Problem
from app.factory import Wallet
from app.payments.operations.refund_payment import refund_payment
from app.status.models import Incident
from tests.client import Answer
from tests.conftest import Clock, Outside
from tests.factories.people import PIN, Person, create_person, give_money
from tests.factories.staff import create_agent
from tests.factories.status import create_incident
from tests.fakes import Lost, Step, Unanswered

CORPUS = Path(__file__).with_name("corpus.toml")
BETWEEN_CASES = timedelta(minutes=21)
"""So long after the last attempt nothing is known against the gateway any more."""


@dataclass(frozen=True)
class Wanted:
    """The verdict, the first cause ("" for none), and whether paying again is safe."""

    verdict: str
    cause: str
    retry_safe: bool


@dataclass(frozen=True)
class Case:
    """One case of the corpus."""

    name: str
    given: list[dict[str, Any]]
    ask: dict[str, Any]
    wanted: Wanted
    agent: bool


def read_corpus() -> list[Case]:
    return [_case(entry) for entry in tomllib.loads(CORPUS.read_text())["case"]]


def _case(entry: Mapping[str, Any]) -> Case:
    wanted = Wanted(entry["verdict"], entry["cause"], entry["retry_safe"])
    return Case(entry["name"], entry["given"], entry["ask"], wanted, entry.get("agent", False))


@dataclass
class Machine:
    """The wallet with its clock and the outside."""

    wallet: Wallet
    outside: Outside
    clock: Clock

    def play(self, case: Case) -> Wanted:
        """Live through a case and say what is answered."""
        stage = Stage(self, create_person(self.wallet, card=True))
        for step in case.given:
            STEPS[step["do"]](stage, step)
        answer = stage.asked(case)
        self.clear_up()
        primary = answer["primary_cause"]
        code = str(primary["code"]) if primary else ""
        return Wanted(answer["verdict"], code, answer["retry_safe"])

    def clear_up(self) -> None:
        """Nothing of a case is left for the next: the gateway is well again."""
        gateway = self.outside.gateway
        gateway.script.clear()
        gateway.inquiries_fail = 0
        with self.wallet.database.transaction() as tx:
            over = {"status": "resolved", "resolved_at": tx.now}
            tx.execute(sa.update(Incident).where(Incident.resolved_at.is_(None)).values(over))
        self.clock.advance(seconds=BETWEEN_CASES.total_seconds())


@dataclass
class Stage:
    """One case while it is played."""

    machine: Machine
    person: Person
    payments: list[str] = field(default_factory=list)

    def pay(self, step: Mapping[str, Any]) -> None:
        self.script(step)
        client = self.person.signed_in_again()
        if "version" in step:
            client = client.with_headers(X_App_Version=step["version"])
        body: dict[str, Any] = {
            "merchant_id": "mch_star_coffee",
            "amount": step["amount"],
            "currency": "CNY",
            "source": {"type": "balance"},
        }
        if step.get("card"):
            body["source"] = {"type": "bank_card", "id": self.person.card_id}
        if step.get("pin"):
            body["transaction_password"] = PIN
        paid = client.post("/v1/payments", body, key=step.get("key", "fresh"))
        if "refused" in step:
            assert paid.code == step["refused"]
            return
        assert paid.status in (201, 202), paid.body
        self.payments.append(paid["id"])

    def script(self, step: Mapping[str, Any]) -> None:
        if "gateway" in step:
            self.machine.outside.gateway.script.append(_answer(step["gateway"]))

    def report(self, step: Mapping[str, Any]) -> None:
        at = self.machine.clock.now() + timedelta(minutes=step.get("minutes", 0))
        event = {
            "type": "payment_request_failed",
            "occurred_at": rfc3339(at),
            "amount": step["amount"],
            "currency": "CNY",
            "error": step["error"],
            "idempotency_key": step.get("key"),
        }
        assert self.person.signed_in_again().post("/v1/client-events", event).status == 202

    def wait(self, step: Mapping[str, Any]) -> None:
        self.machine.clock.advance(seconds=step["seconds"])

    def fund(self, step: Mapping[str, Any]) -> None:
        with self.machine.wallet.database.transaction() as tx:
            give_money(tx, self.person.user_id, step["amount"])

    def refund(self, step: Mapping[str, Any]) -> None:
        payment_id = self.payments[step["payment"] - 1]
        refund_payment(self.machine.wallet.payments, payment_id, step["amount"])

    def mute_inquiries(self, step: Mapping[str, Any]) -> None:
        self.machine.outside.gateway.inquiries_fail = step["times"]

    def take_late(self, step: Mapping[str, Any]) -> None:
        path = f"/v1/payments/{self.payments[step['payment'] - 1]}"
        (attempt,) = self.person.signed_in_again().get(path)["attempts"]
        self.machine.outside.gateway.take_late(attempt["id"])

    def others(self, step: Mapping[str, Any]) -> None:
        other = create_person(self.machine.wallet)
        for number in range(step["count"]):
            self.script(step)
            assert other.pay(100 + number).status == 201

    def incident(self, step: Mapping[str, Any]) -> None:
        with self.machine.wallet.database.transaction() as tx:
            create_incident(tx, tx.now - timedelta(minutes=step["minutes"]))

    def freeze(self, step: Mapping[str, Any]) -> None:
        request = {"type": "freeze", "user_id": self.person.user_id, "reason": "the phone is lost"}
        agent = create_agent(self.machine.wallet)
        frozen = agent.client.post("/internal/v1/action-requests", request)
        assert frozen["status"] == "executed", frozen.body

    def lock(self, step: Mapping[str, Any]) -> None:
        for _ in range(5):
            self.person.pay(50_000, transaction_password="135790")

    def unbind(self, step: Mapping[str, Any]) -> None:
        path = f"/v1/bank-cards/{self.person.card_id}/unbind"
        assert self.person.client.post(path, {"transaction_password": PIN}).status == 200

    def asked(self, case: Case) -> Answer:
        question = self._question(case.ask)
        if case.agent:
            agent = create_agent(self.machine.wallet)
            question["user_id"] = self.person.user_id
            answer = agent.client.post("/internal/v1/payment-diagnoses", question)
        else:
            client = self.person.signed_in_again()
            answer = client.post("/v1/support/payment-diagnoses", question)
        assert answer.status == 201, answer.body
        return answer

    def _question(self, ask: Mapping[str, Any]) -> dict[str, Any]:
        if "payment" in ask:
            return {"payment_id": self.payments[ask["payment"] - 1]}
        at = self.machine.clock.now() - timedelta(minutes=ask["minutes"])
        question = {"amount": ask["amount"], "occurred_at": rfc3339(at)}
        if ask.get("card"):
            cards = self.person.signed_in_again().get("/v1/bank-cards", status="all")
            question["card_last4"] = cards["data"][0]["last4"]
        return question


def _answer(name: str) -> Step:
    special: dict[str, Step] = {
        "lost": Lost(Problem.CONNECTION_RESET),
        "unanswered": Unanswered(Problem.READ_TIMEOUT),
    }
    return special.get(name) or Problem(name)


STEPS: dict[str, Callable[[Stage, Mapping[str, Any]], None]] = {
    "pay": Stage.pay,
    "script": Stage.script,
    "report": Stage.report,
    "wait": Stage.wait,
    "fund": Stage.fund,
    "refund": Stage.refund,
    "mute_inquiries": Stage.mute_inquiries,
    "take_late": Stage.take_late,
    "others": Stage.others,
    "incident": Stage.incident,
    "freeze": Stage.freeze,
    "lock": Stage.lock,
    "unbind": Stage.unbind,
}
