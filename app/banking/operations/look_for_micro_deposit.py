"""Looks whether a deposit that is on its way has arrived, for a holder who has read it already."""

from app.banking.deposits import open_attempt, settle_attempt
from app.banking.operations import BankingDependencies
from app.banking.rules import AttemptKind
from app.edges.results import FindingState


def look_for_micro_deposit(deps: BankingDependencies, card_id: str) -> None:
    """Record the deposit where the bank has posted it.

    A statement can show a deposit before the bank's answer has reached us. Nothing is cancelled here: the call may
    still be on its way.
    """
    with deps.database.snapshot() as tx:
        reference = open_attempt(tx, card_id, AttemptKind.DEPOSIT)
    if reference is None:
        return
    finding = deps.bank.inquire(reference)
    if finding.state is not FindingState.DONE:
        return
    with deps.database.transaction() as tx:
        settle_attempt(tx, reference, finding)
