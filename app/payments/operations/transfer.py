"""Send money to another user, inside our own ledger: it succeeds or fails at once."""

from dataclasses import dataclass

from app.auth.queries import find_user_by_identifier, require_active
from app.core.database import Transaction
from app.core.days import day_bounds, day_of, seconds_until
from app.core.errors import RATE_LIMITED, RateLimit, Refusal
from app.core.events import Event
from app.core.idempotency import KeyInUse
from app.core.ids import new_id
from app.ledger.errors import InsufficientBalanceError
from app.ledger.postings import Entry, post
from app.ledger.queries import wallet_of
from app.ledger.rules import Line, Movement
from app.payments.authorising import authorise
from app.payments.errors import CURRENCY_MISMATCH, RECIPIENT_IS_SELF, RECIPIENT_NOT_FOUND
from app.payments.machine.limits import count_miss, count_towards_limit, give_back, missed_too_often
from app.payments.models import Transfer
from app.payments.operations import PaymentDependencies
from app.payments.queries import user_exists
from app.payments.rules import TRANSFER_MISSES_PER_DAY, Status

_MISSES = RateLimit("recipient-misses", TRANSFER_MISSES_PER_DAY, 86_400)


@dataclass(frozen=True, slots=True)
class NewTransfer:
    """Whom to send what: the recipient by identifier or by user id, exactly one of them."""

    identifier: str | None
    user_id: str | None
    amount_minor: int
    currency: str
    note: str | None


def transfer(
    deps: PaymentDependencies,
    sender_id: str,
    new: NewTransfer,
    transaction_password: str | None,
    key: KeyInUse | None,
) -> str:
    """Transfer, and return the transfer's id; too low a balance or a limit is recorded as failed, not raised.

    Raises CURRENCY_MISMATCH, ACCOUNT_FROZEN, RECIPIENT_NOT_FOUND (RATE_LIMITED after 20 misses a day),
    RECIPIENT_IS_SELF, and the refusals of the transaction password.
    """
    with deps.database.snapshot() as tx:
        if wallet_of(tx, sender_id).currency != new.currency:
            raise CURRENCY_MISMATCH()
        require_active(tx, sender_id)
        # Also a hit is refused then, or the refusal itself would tell who has an account.
        if missed_too_often(tx, sender_id, day_of(tx.now, deps.timezone)):
            raise _too_many_misses(tx, deps)
        recipient_id = _find_recipient(tx, new)
    if recipient_id is None:
        _book_miss(deps, sender_id)
        raise RECIPIENT_NOT_FOUND()
    if recipient_id == sender_id:
        raise RECIPIENT_IS_SELF()
    password_free = authorise(deps, sender_id, new.amount_minor, transaction_password)
    with deps.database.transaction() as tx:
        require_active(tx, sender_id)
        transfer_id = new_id("trf")
        if key is not None:
            key.claim(tx, transfer_id)
        return _carry_out(
            tx, deps, transfer_id, sender_id, recipient_id, new, password_free=password_free
        )


def _find_recipient(tx: Transaction, new: NewTransfer) -> str | None:
    if new.user_id is not None:
        return new.user_id if user_exists(tx, new.user_id) else None
    user = find_user_by_identifier(tx, new.identifier or "")
    return None if user is None else user.id


def _book_miss(deps: PaymentDependencies, sender_id: str) -> None:
    """Count a miss in a transaction of its own, so that the refusal doesn't undo it."""
    with deps.database.transaction() as tx:
        if not count_miss(tx, sender_id, day_of(tx.now, deps.timezone)):
            raise _too_many_misses(tx, deps)


def _too_many_misses(tx: Transaction, deps: PaymentDependencies) -> Refusal:
    _, tomorrow = day_bounds(tx.now, deps.timezone)
    return RATE_LIMITED(retry_after=seconds_until(tomorrow, tx.now), limit=_MISSES)


def _carry_out(
    tx: Transaction,
    deps: PaymentDependencies,
    transfer_id: str,
    sender_id: str,
    recipient_id: str,
    new: NewTransfer,
    *,
    password_free: bool,
) -> str:
    code = _move(tx, deps, transfer_id, sender_id, recipient_id, new, password_free=password_free)
    status = Status.SUCCEEDED if code is None else Status.FAILED
    tx.add(
        Transfer(
            id=transfer_id,
            sender_id=sender_id,
            recipient_id=recipient_id,
            amount_minor=new.amount_minor,
            currency=new.currency,
            note=new.note,
            status=status,
            failure_code=code,
            created_at=tx.now,
        )
    )
    data = {
        "id": transfer_id,
        "status": status.value,
        "amount": new.amount_minor,
        "currency": new.currency,
        "failure_code": code,
    }
    deps.events.announce(tx, Event(f"transfer.{status.value}", transfer_id, sender_id, data))
    return transfer_id


def _move(
    tx: Transaction,
    deps: PaymentDependencies,
    transfer_id: str,
    sender_id: str,
    recipient_id: str,
    new: NewTransfer,
    *,
    password_free: bool,
) -> str | None:
    """Move the money; the failure code where a limit or the balance is in the way."""
    day = day_of(tx.now, deps.timezone)
    amount = new.amount_minor
    if not count_towards_limit(tx, sender_id, day, "out", amount, password_free=password_free):
        return "limit_exceeded"
    lines = [
        Line(wallet_of(tx, sender_id).id, -amount),
        Line(wallet_of(tx, recipient_id).id, amount),
    ]
    entry = Entry(
        Movement.TRANSFER, "transfer", transfer_id, lines, new.note or "", currency=new.currency
    )
    try:
        with tx.begin_nested():
            post(tx, entry)
    except InsufficientBalanceError:
        give_back(tx, sender_id, day, "out", amount, password_free=password_free)
        return "wallet_balance"
    return None
