"""Top up the wallet from a bank card, or withdraw from it to one."""

from dataclasses import dataclass

from app.auth.operations.check_transaction_password import check_transaction_password
from app.auth.queries import require_active
from app.banking.reservations import require_active_card
from app.core.database import Transaction
from app.core.days import day_of
from app.core.idempotency import KeyInUse
from app.core.ids import new_id
from app.ledger.queries import wallet_of
from app.payments.errors import CURRENCY_MISMATCH
from app.payments.machine.asking import carry_out
from app.payments.machine.attempts import AppSeen, begin_attempt
from app.payments.models import Instruction
from app.payments.operations import PaymentDependencies
from app.payments.rules import ID_PREFIX, Kind, Source, Status

# A top-up takes the card's money, a withdrawal the wallet's.
_SOURCE = {Kind.TOP_UP: Source.BANK_CARD, Kind.WITHDRAWAL: Source.BALANCE}


@dataclass(frozen=True, slots=True)
class NewCardMovement:
    """An amount to move between the wallet and a bank card."""

    kind: Kind
    bank_card_id: str
    amount_minor: int
    currency: str


def move_with_card(
    deps: PaymentDependencies,
    user_id: str,
    new: NewCardMovement,
    transaction_password: str,
    seen: AppSeen,
    key: KeyInUse | None,
) -> str:
    """Carry a top-up or withdrawal out and return its id; a failure is recorded with it, not raised.

    Raises CURRENCY_MISMATCH, ACCOUNT_FROZEN (a withdrawal only: a top-up moves nothing out), NOT_FOUND,
    BANK_CARD_NOT_ACTIVE, and what a wrong or locked transaction password raises.
    """
    with deps.database.snapshot() as tx:
        _check(tx, user_id, new)
        require_active_card(tx, user_id, new.bank_card_id)
    check_transaction_password(deps.auth, user_id, transaction_password)
    with deps.database.transaction() as tx:
        _check(tx, user_id, new)
        movement = _record(tx, deps, user_id, new)
        if key is not None:
            key.claim(tx, movement.id)
        tx.add(movement)
        begun = begin_attempt(tx, deps, movement, seen)
    carry_out(deps, begun)
    return movement.id


def _check(tx: Transaction, user_id: str, new: NewCardMovement) -> None:
    if wallet_of(tx, user_id).currency != new.currency:
        raise CURRENCY_MISMATCH()
    if new.kind is Kind.WITHDRAWAL:
        require_active(tx, user_id)


def _record(
    tx: Transaction, deps: PaymentDependencies, user_id: str, new: NewCardMovement
) -> Instruction:
    return Instruction(
        id=new_id(ID_PREFIX[new.kind]),
        kind=new.kind,
        user_id=user_id,
        amount_minor=new.amount_minor,
        currency=new.currency,
        source=_SOURCE[new.kind],
        bank_card_id=new.bank_card_id,
        status=Status.PROCESSING,
        attempts_made=0,
        counted_on=day_of(tx.now, deps.timezone),
        password_free=False,
        created_at=tx.now,
        updated_at=tx.now,
    )
