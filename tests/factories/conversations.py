"""Conversations as users and agents have them, over the API."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.client import Answer, Client
from tests.conftest import Clock

CONVERSATIONS = "/v1/support/conversations"
DESK = "/internal/v1/conversations"
SHANGHAI = ZoneInfo("Asia/Shanghai")


def begin(client: Client, message: str = "hello", **changes: object) -> Answer:
    """POST a conversation: a chat unless told otherwise."""
    answer = client.post(CONVERSATIONS, {"channel": "chat", "message": message} | changes)
    assert answer.status == 201, answer.body
    return answer


def say(client: Client, conversation_id: str, text: str = "and another thing") -> Answer:
    return client.post(f"{CONVERSATIONS}/{conversation_id}/messages", {"text": text})


def to_local(clock: Clock, hour: int, minute: int = 0) -> datetime:
    """Jump forward to the next such time of a day in Shanghai; returns it in UTC."""
    now = clock.now().astimezone(SHANGHAI)
    at = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    at += timedelta(days=1) if at <= now else timedelta(0)
    clock.jump_to(at.astimezone(UTC))
    return at.astimezone(UTC)
