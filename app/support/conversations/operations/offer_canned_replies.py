"""Offers an agent the replies that are sent often, filled for a conversation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from app.auth.agent_queries import names_of_agents
from app.auth.queries import get_user
from app.banking.cards import mask_holder_name
from app.core.database import Transaction
from app.core.http.call import Principal
from app.core.locale import Locale
from app.core.money import say_amount
from app.payments.models import Instruction
from app.payments.queries import read_instruction
from app.payments.rules import Kind
from app.support.conversations.acting import note_act
from app.support.conversations.canned import CannedReply, FilledReply, canned_replies, fill
from app.support.conversations.models import Conversation
from app.support.conversations.recording import get_conversation
from app.support.dependencies import SupportDependencies
from app.support.diagnosis.advice import is_payment_retry_safe
from app.support.diagnosis.facts import PaymentFact
from app.support.diagnosis.money import Verdict
from app.support.diagnosis.payment_facts import payment_fact
from app.support.diagnosis.wording import moment_text

FIELDS = ("display_name_masked", "payment")


def offer_canned_replies(
    deps: SupportDependencies, who: Principal, conversation_id: str | None, locale: Locale | None
) -> list[FilledReply]:
    """All that are true of the conversation's payment, in `locale`, else in the conversation's language.

    What became of the payment is what the books say; the gateway isn't asked. Raises NOT_FOUND.
    """
    replies: Sequence[CannedReply] = canned_replies()
    with deps.database.transaction() as tx:
        known = {"agent": names_of_agents(tx, [who.id])[who.id]}
        spoken: Locale = locale or "zh-CN"
        if conversation_id is not None:
            conversation = get_conversation(tx, conversation_id)
            spoken = locale or cast("Locale", conversation.locale)
            known |= _known(tx, deps, conversation, spoken)
            payment = _payment_of(tx, conversation)
            if payment is not None:
                known |= _known_of_payment(deps, payment, spoken)
                replies = [it for it in replies if _fits(it, payment.fact)]
            note_act(tx, deps, who, "offer_canned_replies", conversation, fields=FIELDS)
    return [fill(reply, spoken, known) for reply in replies]


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
    return known


@dataclass(frozen=True, slots=True)
class _Payment:
    """The payment that a conversation is about, and what is known of it."""

    instruction: Instruction
    fact: PaymentFact


def _payment_of(tx: Transaction, conversation: Conversation) -> _Payment | None:
    if conversation.user_id is None or conversation.payment_id is None:
        return None
    record = read_instruction(tx, conversation.user_id, Kind.PAYMENT, conversation.payment_id)
    return _Payment(record.instruction, payment_fact(tx, record, None))


def _known_of_payment(
    deps: SupportDependencies, payment: _Payment, locale: Locale
) -> dict[str, str]:
    found, news_at = payment.instruction, payment.fact.final_news_at
    known = {"amount": say_amount(found.amount_minor, found.currency, locale), "ref": found.id}
    if payment.fact.verdict is Verdict.UNKNOWN and news_at is not None:
        known["news_time"] = moment_text(news_at, deps.timezone).said_in(locale)
    return known


def _fits(reply: CannedReply, payment: PaymentFact) -> bool:
    return reply.fits(payment.verdict, retry_safe=is_payment_retry_safe(payment))
