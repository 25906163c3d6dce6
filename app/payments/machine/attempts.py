"""Beginning an attempt: everything that must be true and held before the outside is asked."""

from dataclasses import dataclass

from app.banking.reservations import CardForMoney, reserve_card
from app.core import jobs
from app.core.database import Transaction
from app.core.ids import new_id
from app.ledger.errors import InsufficientBalanceError
from app.ledger.holds import hold
from app.ledger.queries import wallet_of
from app.payments.machine.limits import count_towards_limit
from app.payments.machine.plans import plan_of
from app.payments.machine.settling import INQUIRE, Verdict, refuse
from app.payments.models import Attempt, Instruction
from app.payments.operations import PaymentDependencies
from app.payments.rules import AttemptOutcome, inquiry_due


@dataclass(frozen=True, slots=True)
class AppSeen:
    """What the app said of itself with this call; kept with the attempt."""

    app_version: str | None = None
    network_type: str | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """An attempt that is ready to be sent, or was `refused` here (it is recorded as failed then)."""

    instruction: Instruction
    attempt_id: str
    card: CardForMoney | None
    refused: bool


def begin_attempt(
    tx: Transaction, deps: PaymentDependencies, instruction: Instruction, seen: AppSeen
) -> Begun:
    """Record the next attempt of an instruction that is `processing`, hold its money and reserve its card.

    A daily limit or a balance that is too low ends it here, as a recorded failure. Raises the refusals of a card that
    is gone, and TRANSACTION_PASSWORD_REQUIRED.
    """
    attempt = _record(tx, instruction, seen)
    card = _reserve(tx, instruction)
    plan = plan_of(instruction)
    counted = count_towards_limit(
        tx,
        instruction.user_id,
        instruction.counted_on,
        plan.direction,
        instruction.amount_minor,
        password_free=instruction.password_free,
    )
    if not counted:
        refuse(tx, deps, instruction, attempt, Verdict.failed("limit_exceeded"), counted=False)
        return Begun(instruction, attempt.id, card, refused=True)
    if plan.holds:
        wallet = wallet_of(tx, instruction.user_id)
        try:
            hold(tx, wallet.id, instruction.amount_minor, attempt.id)
        except InsufficientBalanceError:
            refuse(tx, deps, instruction, attempt, Verdict.failed("wallet_balance"), counted=True)
            return Begun(instruction, attempt.id, card, refused=True)
    first_inquiry = inquiry_due(attempt.started_at, 0)
    assert first_inquiry is not None  # noqa: S101 - the schedule is not empty
    jobs.schedule(tx, INQUIRE, attempt.id, first_inquiry)
    return Begun(instruction, attempt.id, card, refused=False)


def _record(tx: Transaction, instruction: Instruction, seen: AppSeen) -> Attempt:
    instruction.attempts_made += 1
    tx.flush()  # without a relationship between them the order of the two inserts is ours to keep
    attempt = Attempt(
        id=new_id("att"),
        instruction_id=instruction.id,
        user_id=instruction.user_id,
        number=instruction.attempts_made,
        outcome=AttemptOutcome.UNKNOWN,
        app_version=seen.app_version,
        network_type=seen.network_type,
        inquiries_made=0,
        started_at=tx.now,
    )
    tx.add(attempt)
    tx.flush()
    return attempt


def _reserve(tx: Transaction, instruction: Instruction) -> CardForMoney | None:
    if instruction.bank_card_id is None:
        return None
    return reserve_card(tx, instruction.user_id, instruction.bank_card_id, instruction.id)
