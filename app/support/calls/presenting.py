"""Calls as agents see them."""

from typing import Any

from app.core.http.call import Principal
from app.support.calls.models import SupportCall


def present_call(call: SupportCall, viewer: Principal) -> dict[str, Any]:
    """The call; a number is shown in full to who talks to it, and masked to everybody else."""
    return {
        "id": call.id,
        "agent_id": call.agent_id,
        "phone": call.phone if call.agent_id == viewer.id else _masked(call.phone),
        "direction": call.direction,
        "user_id": call.user_id,
        "conversation_id": call.conversation_id,
        "level": call.level,
        "status": call.status,
        "notes": call.notes,
        "started_at": call.started_at,
        "verified_at": call.verified_at,
        "ended_at": call.ended_at,
    }


def _masked(phone: str | None) -> str | None:
    """What tells two numbers apart; who calls may have one that no account could have."""
    return None if phone is None else f"{phone[:3]}****{phone[-2:]}"
