"""Finds out what became of a deposit whose answer was lost, by our own reference."""

from app.banking.deposits import settle_attempt
from app.banking.models import DepositAttempt
from app.banking.operations import BankingDependencies
from app.banking.rules import AttemptStatus, JobKind, next_inquiry
from app.core import jobs
from app.edges.results import FindingState


def settle_micro_deposit(deps: BankingDependencies, reference: str) -> None:
    """Inquire; what the bank never saw is cancelled, and only a confirmed cancel ends the attempt as failed.

    The next inquiry is scheduled before the bank is asked, and dropped again once the outcome is certain.
    """
    with deps.database.transaction() as tx:
        attempt = tx.get(DepositAttempt, reference)
        if attempt is None or attempt.status != AttemptStatus.SENDING:
            return
        jobs.cancel(tx, JobKind.SETTLE_DEPOSIT, reference)
        due_at = next_inquiry(attempt.began_at, tx.now)
        jobs.schedule(tx, JobKind.SETTLE_DEPOSIT, reference, due_at)
    finding = deps.bank.inquire(reference)
    if finding.state is FindingState.NONE:
        finding = deps.bank.cancel(reference)
    with deps.database.transaction() as tx:
        settle_attempt(tx, reference, finding)
