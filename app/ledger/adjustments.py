"""Money that we credit to a wallet of our own accord, from our own account; users see an `adjustment`."""

from app.core.database import Transaction
from app.ledger.accounts import operator_account
from app.ledger.postings import Entry, post
from app.ledger.queries import Wallet
from app.ledger.rules import AccountKind, Line, Movement

GOODWILL_REFERENCE = "goodwill_credit"


def goodwill_lines(wallet: Wallet, amount_minor: int) -> list[Line]:
    """The postings of a goodwill credit."""
    account = operator_account(AccountKind.GOODWILL, wallet.currency)
    return [Line(account, -amount_minor), Line(wallet.id, amount_minor)]


def credit_goodwill(
    tx: Transaction, wallet: Wallet, amount_minor: int, reference_id: str, description: str
) -> str:
    """Credit a wallet for what `reference_id` decided, and return the ledger transaction's id."""
    entry = Entry(
        movement=Movement.ADJUSTMENT,
        reference_type=GOODWILL_REFERENCE,
        reference_id=reference_id,
        lines=goodwill_lines(wallet, amount_minor),
        description=description,
        currency=wallet.currency,
    )
    return post(tx, entry)
