"""People are called to a movement of money that the machine can't finish by itself: once for each reason.

They are called by an urgent case: the customer's open one about this payment, else a ticket that is opened for them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, cast

import sqlalchemy as sa

from app.auth.queries import get_user
from app.core.database import Transaction
from app.core.locale import Locale, Text
from app.core.money import amount_text
from app.payments.models import Instruction
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
from app.support.dependencies import SupportDependencies

_NAMES: Final[Mapping[Kind, Text]] = {
    Kind.PAYMENT: Text("付款", "Payment"),
    Kind.TOP_UP: Text("充值", "Top-up"),
    Kind.WITHDRAWAL: Text("提现", "Withdrawal"),
}
_SUBJECT: Final = Text("{name} {id} 正在人工核对", "{name} {id} is being checked by a person")


@dataclass(frozen=True, slots=True)
class Alarm:
    """A reason to call people. `mark` and what it is about begin the note, by which it is known that they were called.

    `why` says what is the matter and what to do, with places for `amount` and more of the caller's.
    """

    mark: str
    why: Text


def call_people(
    tx: Transaction,
    deps: SupportDependencies,
    movement_id: str,
    alarm: Alarm,
    *,
    about: str | None = None,
    found_by: Text | None = None,
) -> Instruction | None:
    """Call people to this payment, top-up or withdrawal; None where they were called for that before.

    `about` is the id of what of it they are called for, where that isn't the movement itself: a refund.
    The movement's row is locked first, so that two who find it at once open one case.
    """
    locked = sa.select(Instruction).where(Instruction.id == movement_id)
    movement = tx.scalars(locked.with_for_update(key_share=True)).one()
    begins = f"[{alarm.mark} {about or movement.id}]"
    if _was_called(tx, movement, begins):
        return None
    case = _open_case(tx, movement) or _new_case(tx, deps, movement)
    amount = amount_text(movement.amount_minor, movement.currency)
    finder = found_by or Text("", "")
    zh = alarm.why.zh.format(amount=amount.zh, found_by=finder.zh)
    en = alarm.why.en.format(amount=amount.en, found_by=finder.en)
    make_urgent(tx, deps, case, f"{begins} {zh}\n{begins} {en}")
    return movement


def _was_called(tx: Transaction, movement: Instruction, begins: str) -> bool:
    by_machine = (
        sa.select(Note.id)
        .join(Conversation, Conversation.id == Note.conversation_id)
        .where(
            Conversation.user_id == movement.user_id,
            Note.agent_id.is_(None),
            Note.text.startswith(begins, autoescape=True),
        )
    )
    return tx.scalar(by_machine.limit(1)) is not None


def _open_case(tx: Transaction, movement: Instruction) -> Conversation | None:
    active = (
        sa.select(Conversation.id)
        .where(Conversation.payment_id == movement.id, Conversation.status.in_(ACTIVE))
        .order_by(Conversation.created_at.desc(), Conversation.id)
    )
    found = tx.scalar(active.limit(1))
    return None if found is None else take_conversation(tx, found)


def _new_case(tx: Transaction, deps: SupportDependencies, movement: Instruction) -> Conversation:
    locale = cast("Locale", get_user(tx, movement.user_id).locale)
    taken = how_taken(ConversationChannel.TICKET, tx.now, deps.timezone)
    kind = Kind(movement.kind)
    new = NewConversation(
        channel=taken.channel,
        user_id=movement.user_id,
        subject=_SUBJECT.said_in(locale).format(name=_NAMES[kind].said_in(locale), id=movement.id),
        payment_id=movement.id if kind is Kind.PAYMENT else None,
        locale=locale,
        promised_reply_at=taken.promised_reply_at,
    )
    return open_conversation(tx, deps, new)
