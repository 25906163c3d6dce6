"""Conversations as agents see them."""

from typing import Any

from app.support.conversations.agent_queries import DeskConversation, Entry
from app.support.conversations.models import AgentPresence
from app.support.conversations.rules import PRESENCE_LASTS

_AS_STORED = (
    "id",
    "channel",
    "status",
    "priority",
    "locale",
    "subject",
    "user_id",
    "payment_id",
    "assigned_to",
    "last_seq",
    "version",
    "promised_reply_at",
    "first_replied_at",
    "snoozed_until",
    "escalated_at",
    "resolved_at",
    "closed_at",
    "merged_into",
    "follow_up_of",
    "created_at",
    "updated_at",
)


def present_desk_conversation(found: DeskConversation) -> dict[str, Any]:
    """A conversation with its agent, clocks and rating."""
    conversation = found.conversation
    return {name: getattr(conversation, name) for name in _AS_STORED} | {
        "agent": _agent(conversation.assigned_to, found.agent_name),
        "clocks": found.clocks,
        "rating": found.rating,
        "notes": found.notes,
    }


def present_entry(entry: Entry) -> dict[str, Any]:
    """A message or note, with who of ours wrote it."""
    return {
        "id": entry.id,
        "kind": entry.kind,
        "seq": entry.seq,
        "author": entry.author,
        "agent": _agent(entry.agent_id, entry.agent_name),
        "text": entry.text,
        "created_at": entry.created_at,
    }


def present_presence(presence: AgentPresence) -> dict[str, Any]:
    """What an agent said of themselves, and for how long that counts."""
    return {
        "agent_id": presence.agent_id,
        "status": presence.status,
        "languages": presence.languages,
        "capacity": presence.capacity,
        "lasts_seconds": int(PRESENCE_LASTS.total_seconds()),
    }


def _agent(agent_id: str | None, name: str | None) -> dict[str, str] | None:
    return None if agent_id is None else {"id": agent_id, "display_name": name or ""}
