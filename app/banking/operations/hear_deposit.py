"""Takes in what a callback of the bank tells about a micro-deposit."""

import structlog

from app.banking.deposits import settle_attempt
from app.banking.models import BankCard, DepositAttempt
from app.banking.operations import BankingDependencies
from app.core.database import Transaction
from app.core.money import DEFAULT_CURRENCY
from app.edges.results import FindingState, Notice

log = structlog.get_logger(__name__)


def hear_deposit(deps: BankingDependencies, notice: Notice) -> None:
    """Settle an open attempt by a notice whose signature was checked; in any order, and as often as it comes.

    What is about no deposit of ours is ignored, and so is a notice of another amount: the inquiries go on asking.
    """
    with deps.database.transaction() as tx:
        if _is_ours(tx, notice):
            settle_attempt(tx, notice.reference, notice.finding)


def _is_ours(tx: Transaction, notice: Notice) -> bool:
    attempt = tx.get(DepositAttempt, notice.reference)
    if attempt is None:
        return False
    card = tx.get_one(BankCard, attempt.card_id)
    told = (notice.amount_minor, notice.currency)
    if notice.finding.state is FindingState.DONE and told != (card.deposit_minor, DEFAULT_CURRENCY):
        log.warning("callback_of_another_amount", attempt=attempt.id, amount=notice.amount_minor)
        return False
    return True
