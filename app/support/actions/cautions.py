"""What happened to an account in the last 24 hours that makes a request worth a second look (support.md)."""

from datetime import datetime

import sqlalchemy as sa

from app.auth.models import UserSession
from app.banking.models import BankCard
from app.core.database import Transaction
from app.payments.models import Instruction
from app.support.actions.models import ActionRequest
from app.support.actions.rules import CAUTION_FOR, Caution
from app.support.customers.listening import RESETS
from app.support.customers.models import AccountChange


def cautions_of(tx: Transaction, request: ActionRequest) -> list[str]:
    """Which of them are true of the user and, where there is one, of the card that the payment went by."""
    since = tx.now - CAUTION_FOR
    found = {
        Caution.PASSWORD_RESET: _password_was_reset(request.user_id, since),
        Caution.NEW_DEVICE: _device_is_new(request.user_id, since),
        Caution.NEW_CARD: _card_is_new(request.payment_id, since),
    }
    asked = sa.select(*(query.label(name) for name, query in found.items()))
    row = tx.execute(asked).one()
    return [caution.value for caution, is_true in zip(found, row, strict=True) if is_true]


def _password_was_reset(user_id: str, since: datetime) -> sa.Exists:
    """The login or the transaction password."""
    return sa.exists().where(
        AccountChange.user_id == user_id,
        AccountChange.event.in_(RESETS),
        AccountChange.created_at > since,
    )


def _device_is_new(user_id: str, since: datetime) -> sa.Exists:
    """A session on a device that had none before, though the account had."""
    other = sa.orm.aliased(UserSession)
    same_device = sa.and_(
        other.device_name.is_not_distinct_from(UserSession.device_name),
        other.device_platform.is_not_distinct_from(UserSession.device_platform),
    )
    before = sa.and_(other.user_id == user_id, other.created_at < UserSession.created_at)
    return sa.exists().where(
        UserSession.user_id == user_id,
        UserSession.created_at > since,
        sa.exists().where(before),
        ~sa.exists().where(before, same_device),
    )


def _card_is_new(payment_id: str | None, since: datetime) -> sa.Exists:
    return sa.exists().where(
        Instruction.id == payment_id,
        BankCard.id == Instruction.bank_card_id,
        BankCard.activated_at > since,
    )
