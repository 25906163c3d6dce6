"""What is told, to whom, and how often it is tried (contract, sections 8 and 10). No database in here."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import accumulate
from typing import Final

from app.edges.results import Problem

MAX_ENDPOINTS: Final = 16
MAX_PATTERNS: Final = 64
MAX_URL: Final = 2048
MAX_DESCRIPTION: Final = 500

CONNECT_SECONDS: Final = 5.0
TOTAL_SECONDS: Final = 10.0
"""The whole exchange, a dripping answer included (contract, section 10)."""

RETRY_DELAYS: Final = (
    timedelta(0),
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=20, minutes=24, seconds=55),
)
"""From one try to the next, as Standard Webhooks proposes; the last is shorter, so that they make three days."""

TRIES_AT: Final = tuple(accumulate(RETRY_DELAYS))
"""When the tries of a delivery are due, from when it began. Anchored there, so that slow answers don't add up."""

HANDS: Final = 3
HANDS_FOR_SILENT: Final = 1
"""How many deliver at once to endpoints that answer, and to those that were silent last time: apart, so that the one
don't wait for the others. Together half of the worker's eight, so that inquiries always find a free one."""
HANDS_LOOKED_AT_AGAIN: Final = timedelta(seconds=1)

FIRST_REST: Final = timedelta(seconds=5)
LONGEST_REST: Final = timedelta(minutes=10)
SILENT: Final = frozenset({Problem.CONNECT_TIMEOUT, Problem.READ_TIMEOUT})
"""Tries that cost their whole time. After one the endpoint rests, whatever else waits for it."""

KEPT_FOR: Final = timedelta(days=30)
FORGOTTEN_EVERY: Final = timedelta(days=1)

CALLBACK_TOLERANCE: Final = timedelta(minutes=5)
"""Between a callback's timestamp and the wallet's clock, either way (Standard Webhooks)."""
CALLBACKS_KEPT_FOR: Final = timedelta(days=1)
"""Longer than any repeat can have a timestamp that still counts."""

EVENT_TYPES: Final = {
    "payment.processing": "The outcome of a payment is not known yet; its amount is on hold.",
    "payment.succeeded": "A payment went through.",
    "payment.failed": "A payment failed; nothing was taken.",
    "payment.manual_review": "The outcome of a payment could not be found out; people look at it.",
    "payment.late_success": "A payment that had failed was taken after all; a refund has begun by itself.",
    "payment.mismatch": "The gateway took a payment that our books don't have; people look at it.",
    "refund.processing": "The outcome of a refund is not known yet.",
    "refund.succeeded": "Money of a payment was given back.",
    "refund.failed": "A refund was refused.",
    "refund.manual_review": "The outcome of a refund could not be found out; people look at it.",
    "transfer.processing": "Never sent: a transfer is over at once. One may ask for it like for the other movements.",
    "transfer.succeeded": "A transfer between two users went through; the user is who sent it.",
    "transfer.failed": "A transfer was refused.",
    "top_up.processing": "The outcome of a top-up is not known yet.",
    "top_up.succeeded": "A top-up reached the wallet.",
    "top_up.failed": "A top-up failed; nothing was taken.",
    "top_up.manual_review": "The outcome of a top-up could not be found out; people look at it.",
    "top_up.late_success": "A top-up that had failed was taken after all; a refund has begun by itself.",
    "top_up.mismatch": "The gateway took a top-up that our books don't have; people look at it.",
    "withdrawal.processing": "The outcome of a withdrawal is not known yet; its amount is on hold.",
    "withdrawal.succeeded": "A withdrawal was paid out.",
    "withdrawal.failed": "A withdrawal failed; the money stays in the wallet.",
    "withdrawal.manual_review": "The outcome of a withdrawal could not be found out; people look at it.",
    "withdrawal.late_success": "A withdrawal that had failed was paid out after all; people look at it.",
    "bank_card.added": "A bank card was given; its holder has to confirm it.",
    "bank_card.bound": "A bank card was confirmed and can move money.",
    "bank_card.unbound": "A bank card was unbound.",
    "bank_card.verification_failed": "A bank card was confirmed wrongly too often.",
    "bank_card.verification_expired": "A bank card was not confirmed in time.",
    "password.changed": "A user changed the login password.",
    "password.reset": "A user set a new login password by a code.",
    "transaction_password.set": "A user set the first transaction password.",
    "transaction_password.changed": "A user changed the transaction password.",
    "transaction_password.reset": "A user set a new transaction password by a code.",
    "conversation.opened": "A conversation with support was opened.",
    "conversation.message_created": "A message was added to a conversation; the event holds no words of it.",
    "conversation.status_changed": "A conversation waits for somebody else now, or is over.",
    "conversation.assigned": "A conversation was given to an agent, or back to the queue.",
    "conversation.escalated": "A conversation is past a deadline, or an agent or the machine called for help with it.",
    "conversation.snoozed": "A conversation was put off until a time.",
    "conversation.woken": "A conversation that was put off is in the queue again.",
    "conversation.clock_warned": "Three quarters of the time that a case has for something are over.",
    "conversation.customer_changed": "It became known whose call a case of the hotline is.",
    "conversation.call_began": "Somebody talks on the telephone about a case.",
    "conversation.call_ended": "The call about a case is over.",
    "incident.published": "An incident or planned maintenance was published.",
    "incident.updated": "Something new is known of a published incident.",
    "incident.resolved": "A published incident is over.",
    "conversation.rated": "A user said how a conversation was.",
    "conversation.note_created": "A note for agents was left in a conversation; the event holds no words of it.",
    "user.registered": "Somebody registered.",
    "user.identifier_changed": "A user's phone number or e-mail address changed.",
    "user.frozen": "Support froze an account: no money leaves it.",
    "user.unfrozen": "Support unfroze an account.",
    "user.sessions_ended": "Sessions of a user ended; `reason` says why: signed out, revoked, a changed password.",
    "user.login_unlocked": "Support lifted the lock on a user's login.",
    "transaction_password.unlocked": "Support lifted the lock on a user's transaction password.",
    "goodwill_credit.succeeded": "Support credited money to a wallet.",
}
"""Everything that can be told. docs/webhooks.md and the OpenAPI description show this table."""

_FAMILIES = frozenset(name.partition(".")[0] for name in EVENT_TYPES)


class DeliveryStatus(StrEnum):
    """`pending` while it is tried; `failed` once no try is left or the receiver is gone."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class EndpointStatus(StrEnum):
    """`disabled` once the receiver answered 410 Gone: it is told nothing new."""

    ENABLED = "enabled"
    DISABLED = "disabled"


class JobKind(StrEnum):
    """What is due for an endpoint, or for the callbacks."""

    DELIVER = "webhooks.deliver"
    FORGET_DELIVERIES = "webhooks.forget_deliveries"
    FORGET_CALLBACKS = "webhooks.forget_callbacks"


class CallbackSource(StrEnum):
    """Who calls back."""

    GATEWAY = "gateway"
    BANK = "bank"


class CallbackStatus(StrEnum):
    """What became of a callback. A type that we don't know is ignored: senders invent new ones."""

    HEARD = "heard"
    DUPLICATE = "duplicate"
    IGNORED = "ignored"


HEARD_ABOUT: Final = {
    CallbackSource.GATEWAY: frozenset({"charge"}),
    CallbackSource.BANK: frozenset({"payout", "deposit"}),
}
"""Families of callbacks that change something here (`charge.captured`, …); the outcome is read from their `data`."""


def is_known(pattern: str) -> bool:
    """Whether a pattern can match: a type of the table, a family such as `payment.*`, or `*`."""
    family, _, rest = pattern.partition(".")
    return pattern == "*" or pattern in EVENT_TYPES or (rest == "*" and family in _FAMILIES)


def matches(patterns: Iterable[str], event_type: str) -> bool:
    """Whether one of the patterns covers the type."""
    family = event_type.partition(".")[0]
    return not {"*", f"{family}.*", event_type}.isdisjoint(patterns)


def next_try(began_at: datetime, now: datetime) -> datetime | None:
    """The first try after `now`; those that were missed are not made up for. None where none is left."""
    due = (began_at + delay for delay in TRIES_AT)
    return next((at for at in due if at > now), None)


def rest_after(silent_tries: int) -> timedelta:
    """How long an endpoint rests that let so many tries in a row run out of time: 5 s, doubling, to 10 min."""
    return min(FIRST_REST * int(2 ** min(silent_tries - 1, 16)), LONGEST_REST)
