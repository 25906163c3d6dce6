"""Offers an agent the replies that are sent often, filled for a conversation."""

from typing import cast

from app.auth.agent_queries import names_of_agents
from app.auth.queries import get_user
from app.banking.cards import mask_holder_name
from app.core.database import Transaction
from app.core.http.call import Principal
from app.core.locale import Locale
from app.core.money import say_amount
from app.payments.queries import own_instruction
from app.payments.rules import Kind
from app.support.conversations.acting import note_act
from app.support.conversations.canned import FilledReply, canned_replies, fill
from app.support.conversations.models import Conversation
from app.support.conversations.recording import get_conversation
from app.support.diagnosis.wording import moment_text
from app.support.operations import SupportDependencies

FIELDS = ("display_name_masked", "payment")


def offer_canned_replies(
    deps: SupportDependencies, who: Principal, conversation_id: str | None, locale: Locale | None
) -> list[FilledReply]:
    """All of them, in `locale`, else in the conversation's language. Raises NOT_FOUND."""
    with deps.database.transaction() as tx:
        known = {"agent": names_of_agents(tx, [who.id])[who.id]}
        spoken: Locale = locale or "zh-CN"
        if conversation_id is not None:
            conversation = get_conversation(tx, conversation_id)
            spoken = locale or cast("Locale", conversation.locale)
            known |= _known(tx, deps, conversation, spoken)
            note_act(tx, deps, who, "offer_canned_replies", conversation, fields=FIELDS)
    return [fill(reply, spoken, known) for reply in canned_replies()]


def _known(
    tx: Transaction, deps: SupportDependencies, conversation: Conversation, locale: Locale
) -> dict[str, str]:
    known = {"case": conversation.id}
    if conversation.promised_reply_at is not None:
        promised = moment_text(conversation.promised_reply_at, deps.timezone)
        known["time"] = promised.said_in(locale)
    if conversation.user_id is None:
        return known
    known["name"] = mask_holder_name(get_user(tx, conversation.user_id).display_name)
    if conversation.payment_id is not None:
        payment = own_instruction(tx, conversation.user_id, Kind.PAYMENT, conversation.payment_id)
        known["amount"] = say_amount(payment.amount_minor, payment.currency, locale)
        known["ref"] = payment.id
    return known
