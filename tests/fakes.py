"""Plain in-memory edges with books of their own, for tests that need no sockets.

`script` holds what the next calls do instead of working: a Problem is answered as failed when nothing was done,
`Lost(problem)` acts and then loses the answer, `Unanswered(problem)` loses it without acting.
"""

import itertools
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from app.edges.protocols import (
    CardDetails,
    Charge,
    Deposit,
    DepositReversal,
    MailMessage,
    Payout,
    Refund,
    SmsMessage,
    TokenisedCard,
)
from app.edges.results import (
    Answer,
    Finding,
    FindingState,
    Outcome,
    Problem,
    SettledLine,
    Settlements,
)

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Lost:
    """The act is done, the answer is lost."""

    problem: Problem = Problem.CONNECTION_RESET


@dataclass(frozen=True)
class Unanswered:
    """Nothing is done and no answer comes."""

    problem: Problem = Problem.READ_TIMEOUT


Step = Problem | Lost | Unanswered | None
Act = Callable[[], Answer]


def succeeded(external_id: str) -> Answer:
    return Answer(Outcome.SUCCEEDED, None, external_id, 200, 5)


def failed(problem: Problem, latency_ms: int = 5) -> Answer:
    return Answer(Outcome.FAILED, problem, None, None, latency_ms)


def unknown(problem: Problem) -> Answer:
    return Answer(Outcome.UNKNOWN, problem, None, None, 5)


def finding(
    state: FindingState, problem: Problem | None = None, external_id: str | None = None
) -> Finding:
    return Finding(state, problem, external_id, 200, 5)


@dataclass
class Book:
    """References and what became of them; `script` is used up call by call."""

    script: deque[Step] = field(default_factory=deque)
    done: dict[str, object] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    cancelled: set[str] = field(default_factory=set)
    declined: dict[str, Problem] = field(default_factory=dict)
    calls: list[object] = field(default_factory=list)
    inquiries_fail: int = 0
    latency_ms: int = 5
    lock: threading.Lock = field(default_factory=threading.Lock)

    def act(self, reference: str, request: object) -> Answer:
        with self.lock:
            self.calls.append(request)
            step = self.script.popleft() if self.script else None
            match step:
                case None:
                    return self._do(reference, request)
                case Lost(problem):
                    self._do(reference, request)
                    return unknown(problem)
                case Unanswered(problem):
                    return unknown(problem)
                case problem:
                    self.declined[reference] = problem
                    return failed(problem, latency_ms=self.latency_ms)

    def _do(self, reference: str, request: object) -> Answer:
        if reference in self.cancelled:
            return failed(Problem.CANCELLED)
        self.done.setdefault(reference, request)
        return succeeded(self.ids.setdefault(reference, f"ext_{next(_numbers)}"))

    def inquire(self, reference: str) -> Finding:
        with self.lock:
            if self.inquiries_fail > 0:
                self.inquiries_fail -= 1
                return finding(FindingState.UNKNOWN, Problem.READ_TIMEOUT)
            return self._find(reference)

    def cancel(self, reference: str) -> Finding:
        with self.lock:
            if reference not in self.done and reference not in self.declined:
                self.cancelled.add(reference)
            return self._find(reference)

    def take_late(self, reference: str) -> None:
        """Do what was cancelled all the same, as some gateways do."""
        with self.lock:
            self.cancelled.remove(reference)
            request = next(it for it in self.calls if getattr(it, "reference", None) == reference)
            self._do(reference, request)

    def _find(self, reference: str) -> Finding:
        if reference in self.done:
            return finding(FindingState.DONE, external_id=self.ids[reference])
        if reference in self.declined:
            return finding(FindingState.FAILED, self.declined[reference])
        if reference in self.cancelled:
            return finding(FindingState.CANCELLED)
        return finding(FindingState.NONE)


class FakeGateway(Book):
    """The payment gateway."""

    def charge(self, charge: Charge) -> Answer:
        return self.act(charge.reference, charge)

    def refund(self, refund: Refund) -> Answer:
        return self.act(refund.reference, refund)

    def settlements(self) -> Settlements:
        with self.lock:
            done = list(self.done.values())
        refunds = [each for each in done if isinstance(each, Refund)]
        lines = [
            SettledLine(
                charge.reference,
                charge.amount_minor,
                sum(
                    refund.amount_minor
                    for refund in refunds
                    if refund.charge_reference == charge.reference
                ),
            )
            for charge in done
            if isinstance(charge, Charge)
        ]
        return Settlements(lines, None)


class FakeBank(Book):
    """The bank network: tokens, payouts, deposits. `deposits` is what the cardholder would read."""

    def tokenise(self, card: CardDetails) -> TokenisedCard | Answer:
        answer = self.act(f"token:{card.card_number}", card)
        if answer.outcome is Outcome.SUCCEEDED:
            return TokenisedCard(f"tok_{card.card_number[-4:]}_{card.card_number[:6]}")
        return answer

    def payout(self, payout: Payout) -> Answer:
        return self.act(payout.reference, payout)

    def deposit(self, deposit: Deposit) -> Answer:
        return self.act(deposit.reference, deposit)

    def reverse_deposit(self, reversal: DepositReversal) -> Answer:
        if reversal.deposit_reference not in self.done:
            self.cancelled.add(reversal.deposit_reference)
            return failed(Problem.CANCELLED)
        return self.act(reversal.reference, reversal)

    def settlements(self) -> Settlements:
        with self.lock:
            done = dict(self.done)
        lines = [
            SettledLine(reference, _credited(done, request), 0)
            for reference, request in done.items()
            if isinstance(request, Payout | Deposit | DepositReversal)
        ]
        return Settlements(lines, None)

    @property
    def deposits(self) -> list[Deposit]:
        return [request for request in self.done.values() if isinstance(request, Deposit)]

    @property
    def reversals(self) -> list[DepositReversal]:
        return [request for request in self.done.values() if isinstance(request, DepositReversal)]


def _credited(done: dict[str, object], request: Payout | Deposit | DepositReversal) -> int:
    if isinstance(request, DepositReversal):
        request = done[request.deposit_reference]  # type: ignore[assignment]
    assert isinstance(request, Payout | Deposit)
    return request.amount_minor


class FakeCarrier(Book):
    """The SMS carrier; `sent` is what arrived, oldest first."""

    def send(self, message: SmsMessage) -> Answer:
        return self.act(message.reference, message)

    @property
    def sent(self) -> list[SmsMessage]:
        return [request for request in self.done.values() if isinstance(request, SmsMessage)]


class FakeMailer(Book):
    """The mail server; `sent` is what arrived, oldest first."""

    def send(self, message: MailMessage) -> Answer:
        return self.act(message.reference, message)

    @property
    def sent(self) -> list[MailMessage]:
        return [request for request in self.done.values() if isinstance(request, MailMessage)]
