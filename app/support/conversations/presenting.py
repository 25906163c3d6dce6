"""Conversations and messages as users see them, on the API and in a stream."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.core.clock import rfc3339
from app.core.locale import Locale, Text
from app.support.conversations.models import Conversation, Message
from app.support.conversations.rules import Author

_NAMES: Final = {
    Author.USER: Text("我", "Me"),
    Author.AGENT: Text("客服", "Support"),
    Author.SYSTEM: Text("系统", "System"),
}
_NO_SUBJECT: Final = Text("会话", "Conversation")


def message_event(message: Message) -> dict[str, Any]:
    """A message as it stands in a stream's `data`: what the list of messages shows."""
    return {
        "id": message.id,
        "seq": message.seq,
        "author": message.author,
        "text": message.text,
        "created_at": rfc3339(message.created_at),
    }


def transcript(
    conversation: Conversation, messages: Sequence[Message], timezone: ZoneInfo, locale: Locale
) -> str:
    """The whole conversation as plain text, one paragraph per message, in local time."""
    title = conversation.subject or _NO_SUBJECT.said_in(locale)
    head = f"{title} ({conversation.id})\n{_clock(conversation.created_at, timezone)}\n"
    said = [
        f"[{_clock(it.created_at, timezone)}] {_NAMES[Author(it.author)].said_in(locale)}:\n{it.text}\n"
        for it in messages
    ]
    return "\n".join([head, *said])


def _clock(moment: datetime, timezone: ZoneInfo) -> str:
    return moment.astimezone(timezone).strftime("%Y-%m-%d %H:%M:%S %z")
