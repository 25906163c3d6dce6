"""Mail that leaves the mailroom, by the outbox: agents' answers and acknowledgements, each in its thread."""

from datetime import datetime
from typing import cast
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from babel.dates import format_datetime

from app.core.database import Transaction
from app.core.days import day_of
from app.core.events import Event, Listener
from app.core.ids import new_id
from app.core.locale import Locale, Text
from app.edges.mail import message_id_of
from app.notifications.outbox import Notice, notify
from app.notifications.rules import Template
from app.support.conversations.models import Conversation, Message
from app.support.conversations.rules import Author
from app.support.dependencies import SupportDependencies
from app.support.mailroom.models import MailAcknowledgement, MailCase, SupportMail
from app.support.mailroom.rules import (
    ACKNOWLEDGEMENTS_A_DAY,
    REFERENCES_MAX,
    SUPPORT_ADDRESS,
    MailDirection,
    MailStatus,
)
from app.support.mailroom.tokens import CaseTokens

_SENDER = f"U-Wallet Support <{SUPPORT_ADDRESS}>"
_NO_SUBJECT = Text("您的邮件", "Your mail")
_AGAIN = "Re: "
_TIME = Text("M月d日 HH:mm", "d MMMM, HH:mm")
_LOCALES = {"zh-CN": "zh_CN", "en": "en"}
_AUTOMATIC = {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"}


def mail_answers(deps: SupportDependencies) -> Listener:
    """A listener of core.events that sends agents' messages on, where the conversation is held by mail."""

    def listen(tx: Transaction, event: Event) -> None:
        if event.type == "conversation.message_created" and event.data["author"] == Author.AGENT:
            case = tx.get(MailCase, event.subject_id)
            if case is not None:
                message = tx.get_one(Message, event.data["message_id"])
                _answer(tx, deps, case, message.text)

    return listen


def _answer(tx: Transaction, deps: SupportDependencies, case: MailCase, text: str) -> None:
    conversation = tx.get_one(Conversation, case.conversation_id)
    locale = cast("Locale", conversation.locale)
    subject = conversation.subject or _NO_SUBJECT.said_in(locale)
    values = {
        "text": text,
        "subject": subject if subject.lower().startswith(_AGAIN.lower()) else _AGAIN + subject,
        "token": CaseTokens(deps.keys).token_of(conversation.id),
    }
    _send(tx, deps, case, Template.SUPPORT_REPLY, locale, values, {})


def acknowledge(
    tx: Transaction, deps: SupportDependencies, case: MailCase, locale: Locale, by: datetime
) -> bool:
    """Tell the sender of a new case that it came, and by when it is answered; False where they had three today.

    It holds none of the sender's words: whoever's address was forged gets nobody's message through us.
    """
    if not _may_acknowledge(tx, deps.timezone, case.address_key):
        return False
    values = {
        "time": _said(by, deps.timezone, locale),
        "token": CaseTokens(deps.keys).token_of(case.conversation_id),
    }
    _send(tx, deps, case, Template.SUPPORT_ACKNOWLEDGEMENT, locale, values, _AUTOMATIC)
    return True


def _may_acknowledge(tx: Transaction, timezone: ZoneInfo, address_key: str) -> bool:
    """Take one of the day's few. However many mails are sorted at once, a number is taken once."""
    day = day_of(tx.now, timezone)
    return any(
        tx.insert_missing(MailAcknowledgement, address_key=address_key, day=day, number=number)
        for number in range(1, ACKNOWLEDGEMENTS_A_DAY + 1)
    )


def _said(moment: datetime, timezone: ZoneInfo, locale: Locale) -> str:
    return format_datetime(moment, _TIME.said_in(locale), tzinfo=timezone, locale=_LOCALES[locale])


def _send(
    tx: Transaction,
    deps: SupportDependencies,
    case: MailCase,
    template: Template,
    locale: Locale,
    values: dict[str, str],
    headers: dict[str, str],
) -> None:
    thread = _thread(tx, case.conversation_id)
    reference = notify(
        tx,
        Notice(
            template=template,
            channel="email",
            destination=case.address,
            locale=locale,
            values=values,
            verbatim=frozenset({"text"}),
            mail_headers={
                "From": _SENDER,
                "Reply-To": CaseTokens(deps.keys).address_of(case.conversation_id),
                **thread,
                **headers,
            },
        ),
    )
    tx.add(
        SupportMail(
            id=new_id("mail"),
            direction=MailDirection.OUT,
            status=MailStatus.SENT,
            conversation_id=case.conversation_id,
            message_id=message_id_of(reference),
            envelope_sender=SUPPORT_ADDRESS,
            recipients=[case.address],
            created_at=tx.now,
        )
    )
    tx.flush()


def _thread(tx: Transaction, conversation_id: str) -> dict[str, str]:
    """`In-Reply-To` the latest mail that came, and `References` to the first and the latest of all.

    Where nothing that came has a Message-ID, `In-Reply-To` is the latest of ours, so that our mails stay together.
    """
    mails = tx.execute(
        sa.select(SupportMail.message_id, SupportMail.direction)
        .where(
            SupportMail.conversation_id == conversation_id,
            SupportMail.message_id.is_not(None),
        )
        .order_by(SupportMail.created_at, SupportMail.id)
    ).all()
    ids = [message_id for message_id, _ in mails if message_id]
    came = [each for each, direction in mails if each and direction == MailDirection.IN]
    if not ids:
        return {}
    chain = ids if len(ids) <= REFERENCES_MAX else [ids[0], *ids[1 - REFERENCES_MAX :]]
    return {"In-Reply-To": (came or ids)[-1], "References": " ".join(chain)}
