"""Sends a pending card its micro-deposit. One deposit per card, however often this runs."""

from app.banking.deposits import begin_attempt, settle_attempt
from app.banking.models import BankCard
from app.banking.operations import BankingDependencies
from app.banking.rules import AttemptKind, CardStatus, JobKind, next_inquiry
from app.core import jobs
from app.core.money import DEFAULT_CURRENCY
from app.edges.protocols import Deposit

STATEMENT_TEXT = "U-Wallet card verification"


def post_micro_deposit(deps: BankingDependencies, card_id: str) -> None:
    """Ask the bank once, under a reference of its own, with no transaction open.

    Does nothing for a card that isn't pending any more, or whose deposit is sent or in question. The inquiry is
    scheduled with the attempt, so that a crash here leaves a deposit that is settled all the same. A refusal is
    tried again later under a new reference.
    """
    order = _begin(deps, card_id)
    if order is None:
        return
    answer = deps.bank.deposit(order)
    with deps.database.transaction() as tx:
        settle_attempt(tx, order.reference, answer)


def _begin(deps: BankingDependencies, card_id: str) -> Deposit | None:
    with deps.database.transaction() as tx:
        card = tx.get(BankCard, card_id)
        if card is None or card.status != CardStatus.PENDING_VERIFICATION:
            return None
        reference = begin_attempt(tx, card_id, AttemptKind.DEPOSIT)
        if reference is None or card.deposit_minor is None:
            return None
        jobs.schedule(tx, JobKind.SETTLE_DEPOSIT, reference, next_inquiry(tx.now, tx.now))
        return Deposit(
            reference=reference,
            token=deps.vault.token_of(card),
            user_id=card.user_id,
            card_last4=card.last4,
            amount_minor=card.deposit_minor,
            currency=DEFAULT_CURRENCY,
            description=STATEMENT_TEXT,
        )
