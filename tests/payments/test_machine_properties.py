"""Any sequence of movements, retries, refunds, callbacks and faults leaves the money as a simple model says."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from app.core.errors import Refusal
from app.edges.protocols import Charge, Payout, Refund
from app.edges.results import Finding, FindingState, Notice, Problem
from app.factory import Wallet, create_wallet
from app.ledger.invariants import check_ledger
from app.payments.books import our_book
from app.payments.errors import REFUND_EXCEEDS_PAYMENT
from app.payments.operations.hear_outcome import hear_outcome
from app.payments.operations.inquire_attempt import inquire_attempt
from app.payments.operations.refund_payment import refund_payment
from app.payments.reconciliation import Booked, compare_books
from tests.conftest import Clock, Outside, test_settings
from tests.databases import Databases, Kind
from tests.factories.people import PIN, Person, create_person
from tests.fakes import Book, FakeBank, FakeCarrier, FakeGateway, FakeMailer, Lost, Step, Unanswered
from tests.simulation.arena import remembering_hasher

WHO = st.integers(0, 1)
AMOUNTS = st.integers(1, 900)
FAULTS: st.SearchStrategy[Step] = st.sampled_from(
    [None, None, Lost(), Unanswered(), Problem.CONNECTION_REFUSED, Problem.DECLINED]
)
SECONDS = st.sampled_from([6, 30, 90])
START = 2_000


@dataclass
class Movement:
    """What the model knows of a payment, top-up or withdrawal; `done` is what the outside did, whatever we know."""

    id: str
    who: int
    path: str
    amount: int
    by_card: bool
    status: str = "failed"
    done: bool = False
    attempt_id: str = ""
    refunded: int = 0
    taken_late: bool = False

    @property
    def in_wallet(self) -> int:
        """What a success changes in the wallet."""
        if self.path == "/v1/top-ups":
            return self.amount
        return 0 if self.by_card else -self.amount


class PaymentMachine(RuleBasedStateMachine):
    """Two people with a card each, against a list of movements."""

    wallet: Wallet
    outside: Outside

    @initialize()
    def begin(self) -> None:
        self.clock = Clock(self.wallet)
        self.people = [create_person(self.wallet, balance=START, card=True) for _ in range(2)]
        self.total = [START, START]
        self.movements: list[Movement] = []
        self.refunds_on_their_way: list[tuple[Movement, int]] = []

    def teardown(self) -> None:
        if hasattr(self, "people"):
            self.advance(90)
            assert self.open == []
            self.books_are_as_the_model_says()

    @property
    def open(self) -> list[Movement]:
        return [it for it in self.movements if it.status == "processing"]

    def held(self, who: int) -> int:
        return sum(-it.in_wallet for it in self.open if it.who == who and it.in_wallet < 0)

    def available(self, who: int) -> int:
        return self.total[who] - self.held(who)

    def edge(self, movement: Movement) -> Book:
        return self.outside.bank if movement.path == "/v1/withdrawals" else self.outside.gateway

    def send(self, movement: Movement, fault: Step, call: Callable[[Person], Any]) -> None:
        """Make a new attempt of a movement, and expect what the model says of it."""
        short = movement.in_wallet < 0 and self.available(movement.who) < movement.amount
        with self.met(self.edge(movement), None if short else fault):
            answer = call(self.people[movement.who])
        expected = "failed" if short else EXPECTED[type(fault)]
        assert answer.status == (202 if expected == "processing" else 201), answer.body
        assert answer["status"] == expected
        movement.id, movement.attempt_id = answer["id"], answer["attempts"][-1]["id"]
        movement.status, movement.taken_late = expected, False
        movement.done = not short and (fault is None or isinstance(fault, Lost))
        if expected == "succeeded":
            self.total[movement.who] += movement.in_wallet

    @contextmanager
    def met(self, edge: Book, fault: Step) -> Iterator[None]:
        """The next call meets that fault; nothing is left of it if no call was made."""
        if fault is not None:
            edge.script.append(fault)
        yield
        assert not edge.script

    def settle(self, movement: Movement) -> None:
        """What an inquiry must make of an open movement."""
        movement.status = "succeeded" if movement.done else "failed"
        if movement.done:
            self.total[movement.who] += movement.in_wallet

    @rule(who=WHO, amount=AMOUNTS, fault=FAULTS, by_card=st.booleans())
    def pay(self, who: int, amount: int, fault: Step, by_card: bool) -> None:
        movement = Movement("", who, "/v1/payments", amount, by_card)
        self.movements.append(movement)
        card = {"type": "bank_card", "id": self.people[who].card_id}
        source = card if by_card else {"type": "balance"}
        self.send(movement, fault, lambda person: person.pay(amount, source=source))

    @rule(
        who=WHO,
        amount=AMOUNTS,
        fault=FAULTS,
        path=st.sampled_from(["/v1/top-ups", "/v1/withdrawals"]),
    )
    def move_with_card(self, who: int, amount: int, fault: Step, path: str) -> None:
        movement = Movement("", who, path, amount, by_card=False)
        self.movements.append(movement)
        body = {
            "bank_card_id": self.people[who].card_id,
            "amount": amount,
            "currency": "CNY",
            "transaction_password": PIN,
        }
        self.send(movement, fault, lambda person: person.client.post(path, body))

    @rule(who=WHO, amount=AMOUNTS)
    def transfer(self, who: int, amount: int) -> None:
        enough = self.available(who) >= amount
        body = {
            "recipient": {"user_id": self.people[1 - who].user_id},
            "amount": amount,
            "currency": "CNY",
        }
        answer = self.people[who].client.post("/v1/transfers", body)
        assert answer["status"] == ("succeeded" if enough else "failed")
        if enough:
            self.total[who] -= amount
            self.total[1 - who] += amount

    @precondition(lambda self: self.failed_payments())
    @rule(data=st.data(), fault=FAULTS)
    def retry(self, data: st.DataObject, fault: Step) -> None:
        movement = data.draw(st.sampled_from(self.failed_payments()))
        path = f"/v1/payments/{movement.id}/retry"
        self.send(movement, fault, lambda person: person.client.post(path, {}))

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def inquire(self, data: st.DataObject) -> None:
        movement = data.draw(st.sampled_from(self.open))
        inquire_attempt(self.wallet.payments, movement.attempt_id)
        self.settle(movement)

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def inquire_in_vain(self, data: st.DataObject) -> None:
        movement = data.draw(st.sampled_from(self.open))
        self.edge(movement).inquiries_fail = 1
        inquire_attempt(self.wallet.payments, movement.attempt_id)

    @precondition(lambda self: self.movements)
    @rule(data=st.data(), off_by=st.sampled_from([0, 0, 1]))
    def call_back(self, data: st.DataObject, off_by: int) -> None:
        """A callback of what was done; one of another amount, or a second one, changes nothing."""
        movement = data.draw(st.sampled_from(self.movements))
        if not (movement.done or movement.taken_late or off_by):
            return
        finding = Finding(FindingState.DONE, None, "ext", None, 0)
        notice = Notice(movement.attempt_id, finding, movement.amount + off_by, "CNY")
        at_bank = movement.path == "/v1/withdrawals"
        hear_outcome(self.wallet.payments, notice, at_bank=at_bank)
        if movement in self.open and not off_by:
            self.settle(movement)

    @precondition(lambda self: self.paid())
    @rule(data=st.data(), fault=st.sampled_from([None, Lost(), Unanswered(), Problem.DECLINED]))
    def refund(self, data: st.DataObject, fault: Step) -> None:
        movement = data.draw(st.sampled_from(self.paid()))
        amount = data.draw(st.integers(1, movement.amount - movement.refunded))
        with self.met(self.outside.gateway, fault):
            refund_payment(self.wallet.payments, movement.id, amount)
        if fault is not Problem.DECLINED:
            movement.refunded += amount
            self.refunds_on_their_way.append((movement, amount))
        if fault is None:
            self.refund_arrives(*self.refunds_on_their_way.pop())

    @precondition(lambda self: self.paid())
    @rule(data=st.data())
    def refund_too_much(self, data: st.DataObject) -> None:
        movement = data.draw(st.sampled_from(self.paid()))
        amount = movement.amount - movement.refunded + 1
        with pytest.raises(Refusal) as refused:
            refund_payment(self.wallet.payments, movement.id, amount)
        assert refused.value.error is REFUND_EXCEEDS_PAYMENT

    @precondition(lambda self: self.cancelled())
    @rule(data=st.data())
    def take_late(self, data: st.DataObject) -> None:
        """The gateway takes after the cancel; the wallet finds out by itself and has it refunded."""
        movement = data.draw(st.sampled_from(self.cancelled()))
        self.outside.gateway.take_late(movement.attempt_id)
        movement.taken_late = True

    @rule(seconds=SECONDS)
    def advance(self, seconds: int) -> None:
        """Every inquiry about what is open comes within 5 s, and so does every refund that was not answered."""
        self.clock.advance(seconds=seconds)
        for movement in self.open:
            self.settle(movement)
        for refund in self.refunds_on_their_way:
            self.refund_arrives(*refund)
        self.refunds_on_their_way.clear()
        for number, person in enumerate(self.people):
            self.people[number] = Person(
                self.wallet,
                person.user_id,
                person.identifier,
                person.signed_in_again(),
                person.card_id,
            )

    def refund_arrives(self, movement: Movement, amount: int) -> None:
        if not movement.by_card:
            self.total[movement.who] += amount

    def failed_payments(self) -> list[Movement]:
        return [it for it in self.movements if it.path == "/v1/payments" and it.status == "failed"]

    def paid(self) -> list[Movement]:
        return [
            it
            for it in self.movements
            if it.path == "/v1/payments" and it.status == "succeeded" and it.refunded < it.amount
        ]

    def cancelled(self) -> list[Movement]:
        cancelled = self.outside.gateway.cancelled
        return [it for it in self.movements if it.attempt_id in cancelled and not it.taken_late]

    @invariant()
    def books_are_as_the_model_says(self) -> None:
        if not hasattr(self, "people"):
            return
        with self.wallet.database.snapshot() as tx:
            assert [check for check in check_ledger(tx) if not check.ok] == []
            ours = our_book(tx)
        for who, person in enumerate(self.people):
            assert (person.money.total, person.money.held) == (self.total[who], self.held(who))
        for booked, book in ((ours.gateway, self.outside.gateway), (ours.bank, self.outside.bank)):
            differences = compare_books(booked, their_book(book), ours.open_changes)
            assert [it for it in differences if not it.explained] == []


EXPECTED: dict[type, str] = {
    type(None): "succeeded",
    Lost: "processing",
    Unanswered: "processing",
    Problem: "failed",
}


def their_book(book: Book) -> list[Booked]:
    booked = []
    for request in book.done.values():
        if isinstance(request, Charge | Payout):
            booked.append(Booked(request.reference, request.amount_minor))
        elif isinstance(request, Refund):
            booked.append(Booked(request.charge_reference, -request.amount_minor))
    return booked


def test_any_sequence_of_movements_and_faults_agrees_with_the_model(
    databases: Databases, kind: Kind, tmp_path: Path
) -> None:
    fakes = Outside(FakeGateway(), FakeBank(), FakeCarrier(), FakeMailer())
    with databases.fresh(kind) as url:
        wired = create_wallet(
            test_settings(url, tmp_path), edges=fakes.edges(), hasher=remembering_hasher()
        )

        class Machine(PaymentMachine):
            wallet = wired
            outside = fakes

        case = Machine.TestCase
        case.settings = settings(
            max_examples=8,
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],  # shrinking would take longer than a test may
            suppress_health_check=list(HealthCheck),
        )
        case("runTest").debug()
        wired.close()
