"""Takes a micro-deposit back once its card needs it no more: active, failed, expired or unbound."""

from dataclasses import dataclass

from app.banking.deposits import (
    begin_attempt,
    deposit_reference,
    next_try,
    open_attempt,
    settle_attempt,
)
from app.banking.models import BankCard
from app.banking.operations import BankingDependencies
from app.banking.rules import AttemptKind, CardStatus, DepositStatus, JobKind
from app.core import jobs
from app.edges.protocols import DepositReversal
from app.edges.results import Answer, Finding, FindingState


@dataclass(frozen=True, slots=True)
class _Order:
    """The reversal to ask for; `asked_before` where an answer was lost, so an inquiry comes first."""

    reversal: DepositReversal
    asked_before: bool


def claw_back_micro_deposit(deps: BankingDependencies, card_id: str) -> None:
    """Reverse the deposit at the bank, once: one credit and one debit on the statement.

    Does nothing unless the deposit is sent and the card no longer pending. The next try is scheduled before the bank is
    asked, and dropped again once it said that it did it.
    """
    order = _begin(deps, card_id)
    if order is None:
        return
    result = _ask(deps, order)
    with deps.database.transaction() as tx:
        settle_attempt(tx, order.reversal.reference, result)


def _begin(deps: BankingDependencies, card_id: str) -> _Order | None:
    with deps.database.transaction() as tx:
        card = tx.get(BankCard, card_id)
        if card is None or card.status == CardStatus.PENDING_VERIFICATION:
            return None
        if card.deposit_status != DepositStatus.SENT:
            return None
        begun = open_attempt(tx, card_id, AttemptKind.CLAW_BACK)
        reference = begun or begin_attempt(tx, card_id, AttemptKind.CLAW_BACK)
        if reference is None:
            return None
        jobs.cancel(tx, JobKind.CLAW_BACK, card_id)
        due_at = next_try(tx, card_id, AttemptKind.CLAW_BACK)
        jobs.schedule(tx, JobKind.CLAW_BACK, card_id, due_at)
        reversal = DepositReversal(reference, deposit_reference(tx, card_id))
        return _Order(reversal, asked_before=begun is not None)


def _ask(deps: BankingDependencies, order: _Order) -> Answer | Finding:
    """Where the bank knows nothing of a reversal it is sent again under the same reference, which acts once."""
    if order.asked_before:
        finding = deps.bank.inquire(order.reversal.reference)
        if finding.state is not FindingState.NONE:
            return finding
    return deps.bank.reverse_deposit(order.reversal)
