"""The case of a call: what stands in the queue for it, with the clocks of the hotline.

A call opens a case of its own, or is about one that is there. The call's row is locked before any conversation's.
"""

from collections.abc import Mapping
from typing import cast

import sqlalchemy as sa

from app.auth.models import User
from app.core.database import Transaction
from app.core.locale import DEFAULT_LOCALE, Locale
from app.support.calls.errors import CALL_OF_ANOTHER_CUSTOMER
from app.support.calls.models import SupportCall
from app.support.calls.rules import Direction
from app.support.conversations.assigning import give
from app.support.conversations.models import Conversation, Note
from app.support.conversations.recording import (
    NewConversation,
    announce,
    hear_of_user,
    move,
    open_conversation,
    take_conversation,
    touch,
)
from app.support.conversations.requiring import require_takes_messages
from app.support.conversations.rules import (
    ACTIVE,
    TAKES_MESSAGES,
    ConversationChannel,
    ConversationStatus,
    Priority,
)
from app.support.dependencies import SupportDependencies


def open_case(tx: Transaction, deps: SupportDependencies, call: SupportCall) -> None:
    """Open a case for a call that nobody knows the matter of yet; its agent has it, and nobody waits for an answer."""
    new = NewConversation(
        channel=ConversationChannel.HOTLINE,
        user_id=call.user_id,
        locale=_language_of(tx, call.user_id),
    )
    case = open_conversation(tx, deps, new)
    _belong_to(tx, deps, call, case, answers=call.direction == Direction.INBOUND, opened=True)
    move(tx, deps, case, ConversationStatus.OPEN)


def put_into_case(
    tx: Transaction, deps: SupportDependencies, call: SupportCall, conversation_id: str
) -> None:
    """Say which case the call is about. An own one in which nothing was said is merged into it.

    Who calls about a case opens it again where it waited or was resolved, and is being answered; to be called is no
    answer yet. Raises NOT_FOUND, CONVERSATION_CLOSED, and CALL_OF_ANOTHER_CUSTOMER.
    """
    former_id = call.conversation_id
    if former_id == conversation_id:
        return
    taken = take_cases(tx, call, conversation_id)
    case = taken[conversation_id]
    require_takes_messages(case)
    of_stranger = case.user_id is None and case.channel != ConversationChannel.HOTLINE
    if of_stranger or case.user_id != call.user_id:
        raise CALL_OF_ANOTHER_CUSTOMER()
    came_in = call.direction == Direction.INBOUND
    _belong_to(tx, deps, call, case, answers=came_in)
    if came_in:
        hear_of_user(tx, deps, case)
    if former_id is not None and _is_empty(tx, taken[former_id]):
        _merge_silently(tx, deps, taken[former_id], case)


def take_cases(
    tx: Transaction, call: SupportCall, conversation_id: str | None = None
) -> Mapping[str, Conversation]:
    """Lock the case of a call and another one, in the order in which whoever takes two takes them. Raises NOT_FOUND."""
    ids = {it for it in (call.conversation_id, conversation_id) if it is not None}
    return {it: take_conversation(tx, it) for it in sorted(ids)}


def follow_customer(tx: Transaction, deps: SupportDependencies, call: SupportCall) -> None:
    """The call turned out to be somebody else's: it opens a new case, and an own one in which nothing was said ends.

    A case never goes from one customer to another, who may have it open. One of nobody becomes the caller's.
    """
    if call.conversation_id is None:
        return
    case = take_conversation(tx, call.conversation_id)
    if case.user_id == call.user_id:
        return
    if case.user_id is not None or not _is_empty(tx, case, beside=call.id):
        open_case(tx, deps, call)
        if _is_empty(tx, case):
            move(tx, deps, case, ConversationStatus.CLOSED)
        return
    case.user_id, case.locale = call.user_id, _language_of(tx, call.user_id)
    touch(tx, case)
    announce(tx, deps, case, "customer_changed")


def follow_agent(
    tx: Transaction, deps: SupportDependencies, call: SupportCall, former_agent_id: str
) -> None:
    """Who is put through takes the case over too, unless a colleague has it."""
    if call.conversation_id is not None:
        case = take_conversation(tx, call.conversation_id)
        if case.assigned_to == former_agent_id and case.status in TAKES_MESSAGES:
            give(tx, deps, case, call.agent_id)


def tell_end(tx: Transaction, deps: SupportDependencies, call: SupportCall) -> None:
    """Let the queue know that nobody talks any more; the case stays open until somebody resolves it."""
    if call.conversation_id is not None:
        announce(
            tx, deps, take_conversation(tx, call.conversation_id), "call_ended", call_id=call.id
        )


def _belong_to(
    tx: Transaction,
    deps: SupportDependencies,
    call: SupportCall,
    case: Conversation,
    *,
    answers: bool,
    opened: bool = False,
) -> None:
    call.conversation_id = case.id
    if case.assigned_to is None:
        give(tx, deps, case, call.agent_id)
    if answers and case.first_replied_at is None:
        case.first_replied_at = tx.now
    touch(tx, case)
    announce(tx, deps, case, "call_began", call_id=call.id, answers=answers, opened=opened)


def _is_empty(tx: Transaction, case: Conversation, beside: str | None = None) -> bool:
    """Whether it came by telephone and goes on with nothing said, noted or escalated, and no call but `beside`."""
    calls = sa.select(SupportCall.id).where(SupportCall.conversation_id == case.id)
    others = [it for it in tx.scalars(calls) if it != beside]
    noted = sa.select(Note.id).where(Note.conversation_id == case.id).limit(1)
    untouched = case.last_seq == 0 and case.priority == Priority.NORMAL and case.status in ACTIVE
    is_own = case.channel == ConversationChannel.HOTLINE and not others
    return is_own and untouched and tx.scalar(noted) is None


def _merge_silently(
    tx: Transaction, deps: SupportDependencies, empty: Conversation, case: Conversation
) -> None:
    """There is nobody to tell: the customer was never written to."""
    empty.merged_into = case.id
    move(tx, deps, empty, ConversationStatus.MERGED)


def _language_of(tx: Transaction, user_id: str | None) -> Locale:
    user = None if user_id is None else tx.get_one(User, user_id)
    return DEFAULT_LOCALE if user is None else cast("Locale", user.locale)
