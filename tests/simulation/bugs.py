"""Mistakes that somebody could make, planted one at a time: an oracle that never cries proves nothing.

Each replaces the one function concerned by one that lacks a single care, and names the violation that it is known by.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa

from app.core.database import Transaction
from app.core.idempotency import KeyInUse
from app.core.jobs import DueJob, Job, JobQueue
from app.edges.results import Finding, FindingState, Outcome
from app.ledger import holds
from app.payments.machine import asking, attempts, concluding, limits, refunding, settling
from app.payments.models import Instruction
from app.payments.operations import (
    hear_outcome,
    inquire_attempt,
    retry_payment,
    send_refund,
)
from app.payments.rules import RefundStatus, Status
from tests.simulation.playing import Focus

_numbers = itertools.count(1)
Plant = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True)
class Bug:
    """A mistake, words of the violation that gives it away, and where to look for one that takes a rare meeting."""

    plant: Plant
    gives_away: tuple[str, ...]
    focus: Focus | None = None

    @property
    def name(self) -> str:
        """What it is called in the report."""
        return self.plant.__name__


def settle_without_guard(patch: pytest.MonkeyPatch) -> None:
    """Whoever comes second settles again."""

    def move(tx: Transaction, instruction: Instruction, _: Any, verdict: Any) -> bool:
        tx.flush()
        values = {"status": verdict.status, "failure_code": verdict.failure_code}
        tx.change(sa.update(Instruction).where(Instruction.id == instruction.id).values(**values))
        return True

    patch.setattr(settling, "_move", move)


def skip_the_hold(patch: pytest.MonkeyPatch) -> None:
    """Money is promised that is not set aside."""
    patch.setattr(attempts, "hold", lambda *_: None)


def move_money_twice(patch: pytest.MonkeyPatch) -> None:
    """A success by card is booked twice."""
    once = settling._move_money

    def twice(tx: Transaction, plan: Any, *about: Any) -> None:
        once(tx, plan, *about)
        if not plan.holds:
            once(tx, plan, *about)

    patch.setattr(settling, "_move_money", twice)


def release_on_unknown(patch: pytest.MonkeyPatch) -> None:
    """The hold is given back although the gateway may have taken the money."""
    record = asking.record_answer

    def forgetful(tx: Transaction, deps: Any, attempt_id: str, answer: Any) -> None:
        record(tx, deps, attempt_id, answer)
        if answer.outcome is Outcome.UNKNOWN:
            holds.release(tx, attempt_id)

    patch.setattr(asking, "record_answer", forgetful)


def believe_not_found(patch: pytest.MonkeyPatch) -> None:
    """An inquiry that finds nothing ends the attempt without a cancel: the request may be on its way."""

    def find_out(deps: Any, instruction: Instruction, attempt_id: str) -> Finding:
        found = inquire_attempt.edge_of(deps, instruction).inquire(attempt_id)
        return _cancelled() if found.state is FindingState.NONE else found

    patch.setattr(inquire_attempt, "_find_out", find_out)


def believe_an_unconfirmed_cancel(patch: pytest.MonkeyPatch) -> None:
    """A cancel without an answer counts as one."""

    def find_out(deps: Any, instruction: Instruction, attempt_id: str) -> Finding:
        edge = inquire_attempt.edge_of(deps, instruction)
        found = edge.inquire(attempt_id)
        if found.state is not FindingState.NONE:
            return found
        answer = edge.cancel(attempt_id)
        return _cancelled() if answer.state is FindingState.UNKNOWN else answer

    patch.setattr(inquire_attempt, "_find_out", find_out)


def drop_the_claim(patch: pytest.MonkeyPatch) -> None:
    """The idempotency key is not claimed with the movement."""
    patch.setattr(KeyInUse, "claim", lambda *_, **__: None)


def keep_the_daily_total(patch: pytest.MonkeyPatch) -> None:
    """What failed stays counted towards the day's limit."""
    patch.setattr(settling, "give_back", lambda *_, **__: None)


def count_nothing_without_password(patch: pytest.MonkeyPatch) -> None:
    """The day's sum without the password is not counted, so it has no end."""
    count = limits.count_towards_limit

    def careless(*about: Any, password_free: bool) -> bool:
        return count(*about, password_free=False)

    patch.setattr(attempts, "count_towards_limit", careless)


def keep_the_card(patch: pytest.MonkeyPatch) -> None:
    """A card stays reserved for a movement that is over."""
    patch.setattr(settling, "release_card", lambda *_: None)


def retry_without_guard(patch: pytest.MonkeyPatch) -> None:
    """A payment is tried again whatever became of it since it was judged."""
    every = (Status.FAILED, Status.PROCESSING, Status.SUCCEEDED)

    def begin(tx: Transaction, deps: Any, judged: Any, seen: Any, key: Any, **how: Any) -> Any:
        tx.change(
            sa.update(Instruction)
            .where(Instruction.id == judged.id, Instruction.status.in_(every))
            .values(status=Status.PROCESSING, failure_code=None)
        )
        if key is not None:
            key.claim(tx, judged.id)
        payment = tx.get_one(Instruction, judged.id)
        return retry_payment.begin_attempt(tx, deps, payment, seen)

    patch.setattr(retry_payment, "_begin", begin)


def schedule_no_inquiry(patch: pytest.MonkeyPatch) -> None:
    """An attempt begins and nobody will ask what became of it."""

    class NoJobs:
        @staticmethod
        def schedule(*_: Any) -> None:
            """Nothing."""

    patch.setattr(attempts, "jobs", NoJobs)


def forget_the_job_first(patch: pytest.MonkeyPatch) -> None:
    """A job is deleted before its handler has run, so a crash loses it."""
    run = JobQueue.run

    def careless(queue: JobQueue, job: DueJob) -> None:
        with queue.database.transaction() as tx:
            tx.execute(sa.delete(Job).where(Job.id == job.id))
        run(queue, job)

    patch.setattr(JobQueue, "run", careless)


def ask_only_once(patch: pytest.MonkeyPatch) -> None:
    """An inquiry that learns nothing is not followed by another."""
    patch.setattr(inquire_attempt, "_ask_again", lambda *_: None)


def refund_without_limit(patch: pytest.MonkeyPatch) -> None:
    """What is left of a payment is read, then written: two refunds at once both find enough."""

    def reserve(tx: Transaction, instruction: Instruction, amount_minor: int) -> bool:
        return instruction.status == "succeeded"

    patch.setattr(refunding, "reserve_refund", reserve)


def refund_under_new_references(patch: pytest.MonkeyPatch) -> None:
    """A refund that is sent again is another one to the gateway."""
    request = send_refund.RefundRequest

    def renamed(reference: str, charge_reference: str, amount_minor: int) -> Any:
        return request(f"{reference}-{next(_numbers)}", charge_reference, amount_minor)

    patch.setattr(send_refund, "RefundRequest", renamed)


def end_refunds_twice(patch: pytest.MonkeyPatch) -> None:
    """Two answers about one refund both give the money back."""
    patch.setattr(refunding, "refund_sources_of", lambda _: tuple(RefundStatus))
    patch.setattr(send_refund, "refund_sources_of", lambda _: tuple(RefundStatus))


def trust_the_cancel(patch: pytest.MonkeyPatch) -> None:
    """After a cancel nobody looks whether the money was taken all the same."""
    patch.setattr(concluding, "watch_next", lambda *_, **__: None)


def forget_late_money(patch: pytest.MonkeyPatch) -> None:
    """Money that was taken late is noticed and left where it is."""
    patch.setattr(concluding, "note_late_success", lambda *_: True)


def believe_any_callback(patch: pytest.MonkeyPatch) -> None:
    """A callback's amount is not compared with the movement's."""
    patch.setattr(hear_outcome, "_is_ours", lambda *_, **__: True)


def _cancelled() -> Finding:
    return Finding(FindingState.CANCELLED, None, None, 200, 5)


_PAY = ("_pay_by_card", "_pay_from_balance")
_LOST = ("reset_after", "hang_before", "garbage")
_LATE = ("arrives_late", "http_500")

BUGS = (
    Bug(settle_without_guard, ("HoldClosedError", "internal_error"), Focus(_PAY, ("delay",))),
    Bug(skip_the_hold, ("held", "HoldClosedError", "internal_error")),
    Bug(move_money_twice, ("here,",)),
    Bug(release_on_unknown, ("held", "HoldClosedError", "internal_error")),
    Bug(believe_not_found, ("gateway", "bank", "were taken"), Focus(_PAY, _LATE)),
    Bug(believe_an_unconfirmed_cancel, ("gateway", "bank"), Focus(_PAY, _LATE)),
    Bug(drop_the_claim, ("nobody knows of it", "then")),
    Bug(keep_the_daily_total, ("counted",)),
    Bug(count_nothing_without_password, ("without password", "internal_error")),
    Bug(keep_the_card, ("reserved",)),
    Bug(
        retry_without_guard,
        ("before the last", "internal_error"),
        Focus(("_retry", *_PAY), ("dns_failure",)),
    ),
    Bug(schedule_no_inquiry, ("nobody will ask",)),
    Bug(forget_the_job_first, ("nobody will ask",)),
    Bug(ask_only_once, ("nobody will ask",)),
    Bug(refund_without_limit, ("counted as refunded",)),
    Bug(refund_under_new_references, ("gateway", "taken"), Focus(("_refund", *_PAY), _LOST)),
    Bug(end_refunds_twice, ("gateway", "taken"), Focus(("_refund", *_PAY), ("delay",))),
    Bug(trust_the_cancel, ("gateway",), Focus(_PAY, ("late_success",))),
    Bug(forget_late_money, ("gateway",), Focus(_PAY, ("late_success",))),
    Bug(believe_any_callback, ("here,",), Focus(_PAY, ("callback_of_another_amount",))),
)
