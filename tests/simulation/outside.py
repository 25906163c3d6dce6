"""The gateway and the bank of the simulation: durable books of their own, on lines on which anything can happen.

They keep the protocol of app/edges/protocols.py as the real world does: idempotent by reference, and a cancelled
reference stays cancelled, also one that was never seen. What happens on the way is decided by the weather.
"""

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from app.edges.protocols import (
    CardDetails,
    Charge,
    Deposit,
    DepositReversal,
    Payout,
    Refund,
    TokenisedCard,
)
from app.edges.results import Answer, Finding, FindingState, Notice, Outcome, Problem
from tests.simulation.faults import Act, Kind, Weather
from tests.simulation.scheduler import Scheduler

Result = TypeVar("Result", Answer, Finding)
GIVEN_UP_SECONDS = 9.0  # a late request arrives when its caller has certainly given up
LATEST_ARRIVAL_SECONDS = 7200
CALLED_BACK = 0.3  # of the late successes


@dataclass
class Record:
    """What a book says of a reference; `taken_minor` is what moved, `given_back_minor` what was refunded of it."""

    reference: str
    request: Charge | Payout | Deposit
    external_id: str
    problem: Problem | None = None
    given_back_minor: int = 0

    @property
    def net_minor(self) -> int:
        """What has moved in the end."""
        return 0 if self.problem else self.request.amount_minor - self.given_back_minor


@dataclass(frozen=True)
class Told:
    """A callback on its way to the wallet, and who sends it."""

    notice: Notice
    at_bank: bool


@dataclass
class Line:
    """The way to the outside: draws what each call meets, and carries late requests to their moment."""

    scheduler: Scheduler
    weather: Weather
    late: list[tuple[datetime, int, Callable[[], object]]] = field(default_factory=list)
    notices: list["Told"] = field(default_factory=list)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def call(
        self,
        operation: str,
        reference: str,
        act: Callable[[Problem | None], Result],
        unanswered: Callable[[Kind, int], Result],
        late_success: Callable[[], None] | None = None,
        tell: Callable[[bool], "Told"] | None = None,
    ) -> Result:
        """Make a call and return what the wallet gets to know. Raises Crashed where the caller dies meanwhile."""
        kind, said = self.weather.draw(operation), None
        began = self.scheduler.machine.now
        self.scheduler.pause(f"{operation} {reference} leaving")
        if kind.act is Act.LATER:
            self._send_late(lambda: act(None))
        elif kind.act is Act.AFTER_THE_CANCEL and late_success:
            late_success()
        elif kind.act in (Act.AT_ONCE, Act.REFUSES):
            said = act(kind.problem if kind.act is Act.REFUSES else None)
        if tell is not None:
            self.notices += [tell(kind.lies)] * kind.callbacks
        if kind.seconds:
            self.scheduler.sleep(self._duration(kind))
        took = round((self.scheduler.machine.now - began).total_seconds() * 1000)
        result = said if kind.outcome is None and said is not None else unanswered(kind, took)
        self._tell(operation, reference, kind, result)
        self.scheduler.pause(f"{operation} {reference} answered")
        return result

    def deliver_late(self, until: datetime | None = None) -> None:
        """Let requests arrive that are due by `until`, or all that are still on their way."""
        while self.late and (until is None or self.late[0][0] <= until):
            heapq.heappop(self.late)[2]()

    def _send_late(self, act: Callable[[], object]) -> None:
        after = GIVEN_UP_SECONDS + self.weather.randomness.random() ** 4 * LATEST_ARRIVAL_SECONDS
        due = self.scheduler.machine.now + timedelta(seconds=after)
        heapq.heappush(self.late, (due, next(self._numbers), act))

    def _duration(self, kind: Kind) -> float:
        """A call that is answered all the same takes some part of the longest time."""
        return kind.seconds if kind.outcome else self.weather.randomness.uniform(0.5, kind.seconds)

    def _tell(self, operation: str, reference: str, kind: Kind, result: Answer | Finding) -> None:
        said = result.outcome if isinstance(result, Answer) else result.state
        why = f" {result.problem}" if result.problem else ""
        self.scheduler.trace.note(f"{operation} {reference} met {kind.name}: {said}{why}")


@dataclass
class Book:
    """References and what became of them, whatever happens to the wallet."""

    line: Line
    name: str
    records: dict[str, Record] = field(default_factory=dict)
    cancelled: set[str] = field(default_factory=set)
    refunds: dict[str, Answer] = field(default_factory=dict)
    awaiting_cancel: dict[str, Charge] = field(default_factory=dict)
    taken_late: set[str] = field(default_factory=set)

    def inquire(self, reference: str) -> Finding:
        """See `Gateway.inquire` and `Bank.inquire`."""
        return self.line.call("inquire", reference, lambda _: self._find(reference), _not_learnt)

    def cancel(self, reference: str) -> Finding:
        """See `Gateway.cancel` and `Bank.cancel`."""
        return self.line.call("cancel", reference, lambda _: self._cancel(reference), _not_learnt)

    def move(self, operation: str, request: Charge | Payout | Deposit) -> Answer:
        """Carry out a movement once, or say again what became of it."""

        def act(refusal: Problem | None) -> Answer:
            return self._do(request, refusal)

        def wait_for_cancel() -> None:
            if isinstance(request, Charge) and request.reference not in self.records:
                self.awaiting_cancel[request.reference] = request

        def tell(lies: bool) -> Told:
            return self._told(request, lies=lies)

        return self.line.call(operation, request.reference, act, _unanswered, wait_for_cancel, tell)

    def _told(self, request: Charge | Payout | Deposit, *, lies: bool = False) -> Told:
        """What a callback says of a movement; one that lies has another amount."""
        found = Finding(FindingState.DONE, None, "lie", None, 0)
        if not lies:
            found = self._find(request.reference)
        notice = Notice(
            request.reference, found, request.amount_minor + (1 if lies else 0), request.currency
        )
        return Told(notice, at_bank=isinstance(request, Payout))

    def _do(self, request: Charge | Payout | Deposit, refusal: Problem | None) -> Answer:
        reference = request.reference
        if reference in self.cancelled:
            return Answer(Outcome.FAILED, Problem.CANCELLED, None, 200, 5)
        record = self.records.get(reference)
        if record is None:
            record = Record(reference, request, f"{self.name}_{len(self.records) + 1}", refusal)
            self.records[reference] = record
        outcome = Outcome.FAILED if record.problem else Outcome.SUCCEEDED
        return Answer(outcome, record.problem, record.external_id, 200, 5)

    def _find(self, reference: str) -> Finding:
        record = self.records.get(reference)
        if record is None:
            state = FindingState.CANCELLED if reference in self.cancelled else FindingState.NONE
            return Finding(state, None, None, 200, 5)
        state = FindingState.FAILED if record.problem else FindingState.DONE
        return Finding(state, record.problem, record.external_id, 200, 5)

    def _cancel(self, reference: str) -> Finding:
        found = self._find(reference)
        if found.state is not FindingState.NONE:
            return found
        if reference in self.awaiting_cancel:
            charge = self.awaiting_cancel.pop(reference)
            self._do(charge, None)
            self.taken_late.add(reference)
            if self.line.weather.randomness.random() < CALLED_BACK:
                self.line.notices.append(self._told(charge))
        self.cancelled.add(reference)
        return Finding(FindingState.CANCELLED, None, None, 200, 5)


class SimulatedGateway(Book):
    """The payment gateway."""

    def charge(self, charge: Charge) -> Answer:
        """See `Gateway.charge`."""
        return self.move("charge", charge)

    def refund(self, refund: Refund) -> Answer:
        """See `Gateway.refund`."""
        return self.line.call(
            "refund", refund.reference, lambda _: self._give_back(refund), _unanswered
        )

    def _give_back(self, refund: Refund) -> Answer:
        if refund.reference not in self.refunds:
            self.refunds[refund.reference] = self._refund(refund)
        return self.refunds[refund.reference]

    def _refund(self, refund: Refund) -> Answer:
        record = self.records.get(refund.charge_reference)
        if record is None or refund.amount_minor > record.net_minor:
            return Answer(Outcome.FAILED, Problem.DECLINED, None, 200, 5)
        record.given_back_minor += refund.amount_minor
        return Answer(Outcome.SUCCEEDED, None, f"refund_{len(self.refunds) + 1}", 200, 5)


class SimulatedBank(Book):
    """The bank network; its tokens come at once, since cards are not what is tried here."""

    def tokenise(self, card: CardDetails) -> TokenisedCard | Answer:
        """See `Bank.tokenise`."""
        return TokenisedCard(f"tok_{card.card_number[-6:]}")

    def payout(self, payout: Payout) -> Answer:
        """See `Bank.payout`."""
        return self.move("payout", payout)

    def deposit(self, deposit: Deposit) -> Answer:
        """See `Bank.deposit`."""
        return self._do(deposit, None)

    def reverse_deposit(self, reversal: DepositReversal) -> Answer:
        """See `Bank.reverse_deposit`; no card of the simulation has a deposit."""
        return Answer(Outcome.FAILED, Problem.CANCELLED, None, 200, 5)


def _unanswered(kind: Kind, took_ms: int) -> Answer:
    return Answer(kind.outcome or Outcome.UNKNOWN, kind.problem, None, None, took_ms)


def _not_learnt(kind: Kind, took_ms: int) -> Finding:
    return Finding(FindingState.UNKNOWN, kind.problem, None, None, took_ms)
