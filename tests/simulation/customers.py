"""People with phones: they pay, retry, transfer, top up and withdraw, and send again what was not answered."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.client import Answer
from tests.factories.people import PIN, Person
from tests.simulation.desk import Said, ask_for_refund
from tests.simulation.journal import Intent, Journal, Violation
from tests.simulation.scheduler import Crashed, Scheduler, Strand

MERCHANTS = ("mch_star_coffee", "mch_book_house", "mch_fresh_market")
PASSWORD_FREE = 20_000
LONGEST_PAUSE_SECONDS = 6.0
ERRANDS = (
    "_pay_from_balance",
    "_pay_by_card",
    "_top_up",
    "_withdraw",
    "_transfer",
    "_retry",
    "_refund",
    "_send_again",
)
TASTES = (0, 1, 1, 4)  # how much more often than others, drawn per errand and seed
PATIENCE = 3  # sends in a row before a phone gives up for now
SEND_AGAIN = frozenset({"idempotency_in_progress", "busy"})
SIGN_IN_AGAIN = frozenset({"access_token_expired", "access_token_invalid"})
REFUSALS = frozenset(
    {
        "bank_card_in_use",
        "bank_card_not_active",
        "payment_not_retryable",
        "refund_exceeds_payment",
        "transaction_password_required",
    }
)


@dataclass(frozen=True)
class Habit:
    """How somebody spends: amounts from `least` to `most` minor units, on a balance of `balance`."""

    least: int
    most: int
    balance: int


HABITS = (
    Habit(1, 9_000, 20_000),
    Habit(1, 9_000, 4_000),
    Habit(14_000, 20_000, 150_000),  # meets the day's sum without password
    Habit(15_000, 60_000, 120_000),
    Habit(4_900_000, 5_000_000, 40_000_000),  # meets the daily limit
)


class Phone:
    """One device of a customer: does `errands` things, one after the other, and minds the answers."""

    def __init__(
        self,
        person: Person,
        habit: Habit,
        others: list[str],
        randomness: random.Random,
        journal: Journal,
        scheduler: Scheduler,
        tastes: dict[str, int],
    ) -> None:
        self.person = person
        self._client = person.client
        self._habit = habit
        self._others = others
        self._random = randomness
        self._journal = journal
        self._scheduler = scheduler
        self._strand: Strand | None = None
        self._urge: Callable[[], None] | None = None
        self._thinks = False
        self.other: Phone | None = None
        self._errands: dict[Callable[[], None], int] = {
            self._pay_from_balance: 5,
            self._pay_by_card: 4,
            self._top_up: 3,
            self._withdraw: 3,
            self._transfer: 4,
            self._retry: 5,
            self._refund: 4,
            self._send_again: 4,
            self._unbind: 1,
        }
        for errand in self._errands:
            self._errands[errand] *= tastes.get(errand.__name__, 1)

    def run(self, errands: int, afterwards: Callable[[], None]) -> None:
        """Do so many errands; `afterwards` is called after each."""
        self._strand = self._scheduler.here()
        for _ in range(errands):
            self._thinks = True
            self._scheduler.sleep(self._random.uniform(0, LONGEST_PAUSE_SECONDS))
            self._thinks = False
            errand, self._urge = self._urge or self._draw(), None
            errand()
            afterwards()

    def _draw(self) -> Callable[[], None]:
        return self._random.choices(list(self._errands), list(self._errands.values()))[0]

    def nudge(self, errand: Callable[[], None]) -> None:
        """Do this next, at once if nothing else is being done."""
        self._urge = errand
        if self._thinks and self._strand is not None:
            self._scheduler.wake(self._strand)

    def insist(self, intent: Intent) -> bool:
        """Send until there is an answer that counts, or patience ends."""
        for _ in range(PATIENCE):
            answer = self._send(intent)
            if answer is not None and self._counts(intent, answer):
                return True
            self._scheduler.sleep(self._random.uniform(0.5, 9.0))
        return False

    def _counts(self, intent: Intent, answer: Answer | Said) -> bool:
        """Take an answer in; False where it says to come again."""
        code = None if answer.status < 300 else answer.code
        if code in SEND_AGAIN:
            return False
        if code in SIGN_IN_AGAIN:
            self._client = self.person.signed_in_again()
            return False
        if code is not None and code not in REFUSALS:
            raise Violation(f"{intent.kind} under {intent.key} was answered {answer.status} {code}")
        intent.hear(answer)
        return True

    def _send(self, intent: Intent) -> Answer | Said | None:
        """Send once; None where the connection broke."""
        scheduler = self._scheduler
        scheduler.wait_for(scheduler.machine.wallet)
        intent.sent += 1
        try:
            with scheduler.inside(scheduler.machine.wallet):
                answer = self._deliver(intent)
        except Crashed:
            scheduler.trace.note(f"{intent.kind} {intent.key}: no answer")
            return None
        said = answer.body.get("code") or f"{answer['id']} {answer['status']}"
        scheduler.trace.note(f"{intent.kind} {intent.key}: {answer.status} {said}")
        return answer

    def _deliver(self, intent: Intent) -> Answer | Said:
        if intent.kind == "refund":
            return ask_for_refund(self.person.wallet, intent.key, intent.body)
        return self._client.post(intent.path, intent.body, key=intent.key)

    def _wish(self, kind: str, path: str, **body: Any) -> None:
        intent = self._journal.wish(self.person.user_id, kind, path, body)
        amount = body.get("amount", "")
        self._scheduler.trace.note(f"{kind} {intent.key} wished {amount}")
        self.insist(intent)

    def _amount(self) -> dict[str, Any]:
        amount = self._random.randint(self._habit.least, self._habit.most)
        money: dict[str, Any] = {"amount": amount, "currency": "CNY"}
        if amount > PASSWORD_FREE or self._random.random() < 0.1:
            money["transaction_password"] = PIN
        return money

    def _pay_from_balance(self) -> None:
        self._pay({"type": "balance"})

    def _pay_by_card(self) -> None:
        self._pay({"type": "bank_card", "id": self.person.card_id})

    def _pay(self, source: dict[str, Any]) -> None:
        merchant = self._random.choice(MERCHANTS)
        self._wish("payment", "/v1/payments", merchant_id=merchant, source=source, **self._amount())

    def _top_up(self) -> None:
        self._move_with_card("top_up", "/v1/top-ups")

    def _withdraw(self) -> None:
        self._move_with_card("withdrawal", "/v1/withdrawals")

    def _move_with_card(self, kind: str, path: str) -> None:
        body = self._amount() | {"bank_card_id": self.person.card_id, "transaction_password": PIN}
        self._wish(kind, path, **body)

    def _transfer(self) -> None:
        recipient = {"user_id": self._random.choice(self._others)}
        self._wish("transfer", "/v1/transfers", recipient=recipient, **self._amount())

    def _retry(self) -> None:
        """Look at the last payment that hasn't succeeded; often both phones press the button at once."""
        hopes = [
            intent
            for intent in self._journal.of(self.person.user_id)
            if intent.kind == "payment" and intent.last.get("status") in ("processing", "failed")
        ]
        if not hopes:
            return
        payment = hopes[-1]
        self._look(payment)
        if payment.last["status"] != "failed":
            return
        if self.other is not None and self._random.random() < 0.5:
            other = self.other
            other.nudge(lambda: other.press_retry(payment))
        self.press_retry(payment)

    def press_retry(self, payment: Intent) -> None:
        """A retry under a key of its own."""
        path = f"/v1/payments/{payment.subject_id}/retry"
        self._wish("retry", path, transaction_password=PIN)

    def _refund(self) -> None:
        """Ask for some or all of a payment back, sometimes for more than is left, sometimes twice at once."""
        paid = [
            intent
            for intent in self._journal.of(self.person.user_id)
            if intent.kind == "payment" and intent.answered
        ]
        if not paid:
            return
        payment = paid[-1]
        if self.other is not None and self._random.random() < 0.5:
            other = self.other
            other.nudge(lambda: other.ask_back(payment))
        self.ask_back(payment)

    def ask_back(self, payment: Intent) -> None:
        """A refund under a key of its own."""
        amount = payment.body["amount"]
        part = self._random.choice((amount, amount, max(1, amount // 2), max(1, amount // 3)))
        self._wish("refund", "at the desk", payment_id=payment.subject_id, amount=part)

    def _look(self, payment: Intent) -> None:
        """Read how a payment stands now, where the connection holds."""
        scheduler = self._scheduler
        scheduler.wait_for(scheduler.machine.wallet)
        try:
            with scheduler.inside(scheduler.machine.wallet):
                answer = self._client.get(f"/v1/payments/{payment.subject_id}")
        except Crashed:
            return
        if answer.status == 200:
            payment.last = answer.body

    def _send_again(self) -> None:
        """Send something again that is on its way, was answered, or was given up."""
        mine = self._journal.of(self.person.user_id)[-4:]
        if mine:
            self.insist(self._random.choice(mine))

    def _unbind(self) -> None:
        if self._random.random() < 0.3:
            path = f"/v1/bank-cards/{self.person.card_id}/unbind"
            self._wish("unbind", path, transaction_password=PIN)
