"""How a new contact is taken: by which channel, and by when it is answered. Pure."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from app.support.channels import channel_named
from app.support.clocks.rules import ANSWERED_BY
from app.support.conversations.rules import ConversationChannel


@dataclass(frozen=True, slots=True)
class Taken:
    """The channel that it really becomes, and the promise."""

    channel: ConversationChannel
    promised_reply_at: datetime


def how_taken(wanted: ConversationChannel, now: datetime, timezone: ZoneInfo) -> Taken:
    """A chat outside hours becomes a ticket that is answered when the chat opens again (support.md, "Chat")."""
    offered = channel_named(ANSWERED_BY[wanted])
    nobody_there = wanted is ConversationChannel.CHAT and not offered.is_open(now, timezone)
    channel = ConversationChannel.TICKET if nobody_there else wanted
    return Taken(channel, offered.promised_reply_at(now, timezone))
