"""What the carrier and the mailbox have received, and the carrier's one operation.

A message is kept once per reference and recipient, however often it is sent. Mail comes in by
mailbox.py.
"""

import re
from dataclasses import dataclass
from typing import Any

from world import shapes
from world.books import Transaction, new_id
from world.operations import Fields, Operation, Reply

TARGET = "sms"
SMS = "sms"
EMAIL = "email"

_CODE = re.compile("(?<![0-9])[0-9]{6}(?![0-9])")

_MESSAGE = {
    "reference": shapes.name,
    "to": shapes.name,
    "template": shapes.name,
    "text": shapes.text,
}


@dataclass(frozen=True, slots=True)
class Message:
    """One text or mail to one recipient; `subject` is None for a text."""

    channel: str
    reference: str
    to: str
    template: str
    subject: str | None
    body: str


def receive(tx: Transaction, message: Message) -> str:
    """Keep a message unless it was kept before; return its id, the first one's."""
    known = tx.value(
        "SELECT id FROM messages WHERE channel = :channel AND reference = :reference"
        " AND recipient = :to",
        channel=message.channel,
        reference=message.reference,
        to=message.to,
    )
    if known is not None:
        return str(known)
    found = _CODE.search(message.body)
    row = {
        "id": new_id("msg"),
        "channel": message.channel,
        "reference": message.reference,
        "recipient": message.to,
        "template": message.template,
        "subject": message.subject,
        "body": message.body,
        "code": found and found.group(),
        "created_at": tx.now,
    }
    tx.insert("messages", row)
    tx.wake_waiters()
    return str(row["id"])


def listed(tx: Transaction, to: str | None, since: str | None) -> list[dict[str, Any]]:
    """Return messages, newest first: to one recipient or all, from an instant (inclusive) or ever."""
    rows = tx.all(
        "SELECT * FROM messages WHERE (:to IS NULL OR recipient = :to)"
        " AND (:since IS NULL OR created_at >= :since) ORDER BY seq DESC",
        to=to,
        since=since,
    )
    return [_shown(dict(row)) for row in rows]


def empty(tx: Transaction) -> None:
    """Forget every message."""
    tx.run("DELETE FROM messages")


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    names = ("id", "channel", "template", "subject", "body", "code", "created_at")
    return {name: row[name] for name in names} | {"to": row["recipient"]}


def _send(tx: Transaction, fields: Fields, _refusal: str | None) -> Reply:
    message = Message(
        channel=SMS,
        reference=fields["reference"],
        to=fields["to"],
        template=fields["template"],
        subject=None,
        body=fields["text"],
    )
    return Reply(202, {"id": receive(tx, message)})


OPERATIONS = (Operation(TARGET, "send", "POST", "/v1/messages", _MESSAGE, _send),)
