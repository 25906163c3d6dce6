"""Money that the gateway took and our books don't have: finance hears of it at once, once for each payment.

support.md, "Where is the money?". It is heard by an urgent case in the queue, and by the event `payment.mismatch`.
"""

from collections.abc import Iterable
from enum import Enum
from typing import Final, cast

import sqlalchemy as sa

from app.auth.queries import get_user
from app.core.database import Transaction
from app.core.events import Event
from app.core.locale import Locale, Text
from app.core.money import amount_text
from app.payments.models import Attempt, Instruction
from app.payments.rules import Kind
from app.support.conversations.escalating import make_urgent
from app.support.conversations.models import Conversation, Note
from app.support.conversations.recording import (
    NewConversation,
    open_conversation,
    take_conversation,
)
from app.support.conversations.rules import ACTIVE, ConversationChannel
from app.support.conversations.taking import how_taken
from app.support.operations import SupportDependencies

_MARK: Final = "mismatch"
_NOTE: Final = Text(
    "[{mark}] 支付通道已扣款{amount}，账上没有付款 {id}（{found_by}）。"
    "请财务立即核对，并向支付通道查询以入账或退回。",
    "[{mark}] The gateway took {amount} that our books don't have for {id} ({found_by}). Finance must look at once;"
    " asking the gateway about it books it or gives it back.",
)
_SUBJECT: Final = Text("付款 {id} 正在人工核对", "Payment {id} is being checked by a person")


class FoundBy(Enum):
    """Who noticed."""

    DIAGNOSIS = Text("诊断发现", "found by a diagnosis")
    RECONCILIATION = Text("对账发现", "found by the reconciliation")
    REFUND = Text("自动退款未成功", "its refund by itself did not succeed")


def raise_mismatch(
    tx: Transaction, deps: SupportDependencies, payment_id: str, found_by: FoundBy
) -> None:
    """See to it that people look at this payment, unless they were called for it before.

    An open case of the customer about this payment becomes urgent; without one, a ticket of theirs is opened. The
    payment's row is locked first, so that two who find it at once open one case.
    """
    locked = sa.select(Instruction).where(Instruction.id == payment_id)
    payment = tx.scalars(locked.with_for_update(key_share=True)).one()
    if _was_raised(tx, payment_id):
        return
    case = _open_case(tx, payment_id) or _new_case(tx, deps, payment)
    words = {
        "mark": _MARK,
        "amount": amount_text(payment.amount_minor, payment.currency).zh,
        "id": payment.id,
        "found_by": found_by.value.zh,
    }
    english = words | {
        "amount": amount_text(payment.amount_minor, payment.currency).en,
        "found_by": found_by.value.en,
    }
    make_urgent(tx, deps, case, f"{_NOTE.zh.format(**words)}\n{_NOTE.en.format(**english)}")
    data = {
        "id": payment.id,
        "status": payment.status,
        "amount": payment.amount_minor,
        "currency": payment.currency,
        "failure_code": payment.failure_code,
    }
    deps.events.announce(tx, Event("payment.mismatch", payment.id, payment.user_id, data))


def raise_unbooked(deps: SupportDependencies, references: Iterable[str]) -> None:
    """Raise what the reconciliation found in the gateway's book alone: attempts of payments; others are named by it."""
    with deps.database.transaction() as tx:
        payments = sa.select(Instruction.id).where(
            Instruction.kind == Kind.PAYMENT,
            Instruction.id.in_(
                sa.select(Attempt.instruction_id).where(Attempt.id.in_(list(references)))
            ),
        )
        for payment_id in sorted(tx.scalars(payments)):
            raise_mismatch(tx, deps, payment_id, FoundBy.RECONCILIATION)


def _was_raised(tx: Transaction, payment_id: str) -> bool:
    by_machine = (
        sa.select(Note.id)
        .join(Conversation, Conversation.id == Note.conversation_id)
        .where(
            Conversation.payment_id == payment_id,
            Note.agent_id.is_(None),
            Note.text.startswith(f"[{_MARK}]", autoescape=True),
        )
    )
    return tx.scalars(by_machine.limit(1)).one_or_none() is not None


def _open_case(tx: Transaction, payment_id: str) -> Conversation | None:
    active = (
        sa.select(Conversation.id)
        .where(Conversation.payment_id == payment_id, Conversation.status.in_(ACTIVE))
        .order_by(Conversation.created_at.desc(), Conversation.id)
    )
    found = tx.scalars(active.limit(1)).one_or_none()
    return None if found is None else take_conversation(tx, found)


def _new_case(tx: Transaction, deps: SupportDependencies, payment: Instruction) -> Conversation:
    locale = cast("Locale", get_user(tx, payment.user_id).locale)
    taken = how_taken(ConversationChannel.TICKET, tx.now, deps.timezone)
    new = NewConversation(
        channel=taken.channel,
        user_id=payment.user_id,
        subject=_SUBJECT.fill(id=payment.id).said_in(locale),
        payment_id=payment.id,
        locale=locale,
        promised_reply_at=taken.promised_reply_at,
    )
    return open_conversation(tx, deps, new)
