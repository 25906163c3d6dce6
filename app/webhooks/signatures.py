"""Whether a callback is from who says so, and fresh: Standard Webhooks, over the body as it came. No database here.

The time is compared with the wallet's clock, which may be virtual, so the library's own check of it is of no use; its
signature is.
"""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from standardwebhooks import Webhook

from app.webhooks.rules import CALLBACK_TOLERANCE

WEBHOOK_ID: Final = "Webhook-Id"
WEBHOOK_TIMESTAMP: Final = "Webhook-Timestamp"
WEBHOOK_SIGNATURE: Final = "Webhook-Signature"

_ID = re.compile(
    r"[0-9A-Za-z_-]{1,128}"
)  # no full stop: it parts id, time and body in what is signed
_SECONDS = re.compile(r"[0-9]{1,11}")


@dataclass(frozen=True, slots=True)
class Incoming:
    """A callback that proved to be genuine: its id, the same with every repeat, and the body as it came."""

    id: str
    body: bytes


def verified(
    secret: str | None, headers: Mapping[str, str], body: bytes, now: datetime
) -> Incoming | None:
    """The callback, or None where it is unsigned, forged, or more than five minutes off either way.

    One of several signatures in the header is enough, so that a sender can change its secret.
    """
    webhook_id, seconds = headers.get(WEBHOOK_ID, ""), headers.get(WEBHOOK_TIMESTAMP, "")
    if not secret or not _ID.fullmatch(webhook_id) or not _SECONDS.fullmatch(seconds):
        return None
    sent_at = datetime.fromtimestamp(int(seconds), UTC)
    expected = _signature(secret, webhook_id, sent_at, body)
    given = headers.get(WEBHOOK_SIGNATURE, "").split(" ")
    if expected is None or not any(_same(expected, one) for one in given):
        return None
    return Incoming(webhook_id, body) if abs(now - sent_at) <= CALLBACK_TOLERANCE else None


def _signature(secret: str, webhook_id: str, sent_at: datetime, body: bytes) -> str | None:
    try:
        return Webhook(secret).sign(webhook_id, sent_at, body.decode())
    except UnicodeDecodeError:
        return None


def _same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogatepass"))
