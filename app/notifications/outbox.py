"""Writing a message into the outbox, in the transaction of what it tells about. Sending is in `jobs.py`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.core import jobs
from app.core.database import Transaction
from app.core.ids import new_id
from app.core.locale import DEFAULT_LOCALE, Locale
from app.notifications.models import OutboxMessage
from app.notifications.rules import USEFUL_FOR, Channel, MessageStatus, Template

SEND_JOB = "notifications.send"

_LIKE_A_CODE = re.compile(r"\d{6,}")


@dataclass(frozen=True, slots=True)
class CodeReference:
    """Which code the message brings: it is derived from the challenge and its generation when it is sent."""

    challenge_id: str
    generation: int


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to one destination (E.164 or an address). `values` fill the template; no secret among them.

    Those named in `verbatim` are said as they are, though they may hold six digits in a row: what an agent wrote.
    `mail_headers` are added to a mail's own, or stand in place of them.
    """

    template: Template
    channel: Channel
    destination: str
    locale: Locale = DEFAULT_LOCALE
    user_id: str | None = None
    values: Mapping[str, str | int] = field(default_factory=dict)
    code: CodeReference | None = None
    useful_until: datetime | None = None
    mail_headers: Mapping[str, str] | None = None
    verbatim: frozenset[str] = frozenset()


def notify(tx: Transaction, notice: Notice) -> str:
    """Have the message sent if this transaction commits; returns its id."""
    message_id = new_id("ntf")
    tx.add(
        OutboxMessage(
            id=message_id,
            user_id=notice.user_id,
            channel=notice.channel,
            destination=notice.destination,
            locale=notice.locale,
            template=notice.template,
            template_values={
                name: value if name in notice.verbatim else _defused(value)
                for name, value in notice.values.items()
            },
            mail_headers=None if notice.mail_headers is None else dict(notice.mail_headers),
            challenge_id=notice.code.challenge_id if notice.code else None,
            challenge_generation=notice.code.generation if notice.code else None,
            status=MessageStatus.PENDING,
            created_at=tx.now,
            useful_until=notice.useful_until or tx.now + USEFUL_FOR,
        )
    )
    jobs.schedule(tx, SEND_JOB, message_id, tx.now)
    return message_id


def _defused(value: str | int) -> str | int:
    """A value whose words people choose, such as a name, brings no digits that could pass for a code."""
    if isinstance(value, int):
        return value
    return _LIKE_A_CODE.sub(lambda digits: "*" * len(digits[0]), value)
