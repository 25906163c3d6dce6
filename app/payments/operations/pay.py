"""Pay a merchant from the balance or a bank card."""

from dataclasses import dataclass

from app.auth.queries import require_active
from app.banking.reservations import require_active_card
from app.core.database import Transaction
from app.core.days import day_of
from app.core.idempotency import KeyInUse
from app.core.ids import new_id
from app.ledger.queries import wallet_of
from app.payments.authorising import authorise
from app.payments.errors import CURRENCY_MISMATCH, MERCHANT_NOT_FOUND
from app.payments.machine.asking import carry_out
from app.payments.machine.attempts import AppSeen, Begun, begin_attempt
from app.payments.models import Instruction, Merchant
from app.payments.operations import PaymentDependencies
from app.payments.rules import Kind, Source, Status


@dataclass(frozen=True, slots=True)
class NewPayment:
    """What the user wants paid; `bank_card_id` is None for a payment from the balance."""

    merchant_id: str
    amount_minor: int
    currency: str
    bank_card_id: str | None
    description: str | None
    merchant_order_no: str | None


def pay(
    deps: PaymentDependencies,
    user_id: str,
    new: NewPayment,
    transaction_password: str | None,
    seen: AppSeen,
    key: KeyInUse | None,
) -> str:
    """Pay, and return the payment's id; whether it succeeded is recorded with it, not raised.

    The key, the payment and the hold are one transaction; then the gateway is asked with none open. Raises the refusals
    of contract, section 4, in the order of section 2; a refusal records nothing.
    """
    with deps.database.snapshot() as tx:
        _check(tx, user_id, new)
    password_free = authorise(deps, user_id, new.amount_minor, transaction_password)
    begun = _begin(deps, user_id, new, seen, key, password_free=password_free)
    carry_out(deps, begun)
    return begun.instruction.id


def _check(tx: Transaction, user_id: str, new: NewPayment) -> None:
    if wallet_of(tx, user_id).currency != new.currency:
        raise CURRENCY_MISMATCH()
    require_active(tx, user_id)
    if tx.get(Merchant, new.merchant_id) is None:
        raise MERCHANT_NOT_FOUND()
    if new.bank_card_id is not None:
        require_active_card(tx, user_id, new.bank_card_id)


def _begin(
    deps: PaymentDependencies,
    user_id: str,
    new: NewPayment,
    seen: AppSeen,
    key: KeyInUse | None,
    *,
    password_free: bool,
) -> Begun:
    with deps.database.transaction() as tx:
        require_active(tx, user_id)
        payment = Instruction(
            id=new_id("pay"),
            kind=Kind.PAYMENT,
            user_id=user_id,
            amount_minor=new.amount_minor,
            currency=new.currency,
            source=Source.BALANCE if new.bank_card_id is None else Source.BANK_CARD,
            bank_card_id=new.bank_card_id,
            merchant_id=new.merchant_id,
            description=new.description,
            merchant_order_no=new.merchant_order_no,
            status=Status.PROCESSING,
            attempts_made=0,
            counted_on=day_of(tx.now, deps.timezone),
            password_free=password_free,
            created_at=tx.now,
            updated_at=tx.now,
        )
        if key is not None:
            key.claim(tx, payment.id)
        tx.add(payment)
        return begin_attempt(tx, deps, payment, seen)
