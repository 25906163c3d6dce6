"""The numbers and words of support mail (support.md, "E-mail"). Pure."""

import re
from datetime import timedelta
from enum import StrEnum
from typing import Final

from app.support.channels import channel_named
from app.support.conversations.rules import TEXT_MAX

SUPPORT_ADDRESS: Final = channel_named("email").contact or ""
"""Where users write to (`channels.toml`)."""
SUPPORT_LOCAL, _, SUPPORT_DOMAIN = SUPPORT_ADDRESS.partition("@")

LARGEST_MAIL: Final = 10 * 1024 * 1024
"""Bytes; a larger one is refused with 552, before it is read where its size is announced (RFC 1870)."""
LARGEST_FLOOD: Final = 16 * 1024 * 1024
"""Bytes of one mail after which somebody who didn't announce its size is cut off."""
MOST_RECIPIENTS: Final = 20
MOST_SESSIONS: Final = 32
SESSION_SECONDS: Final = 60.0
"""Of silence, after which a session is ended."""

MOST_PARTS: Final = 100
MOST_TEXT: Final = 100_000
"""Characters of a mail that are looked at; nobody writes so much by hand."""
MOST_LINES: Final = 300
MOST_MESSAGE_IDS: Final = 50
MOST_ATTACHMENTS: Final = 20
SUBJECT_MAX: Final = 150
MESSAGE_MAX: Final = TEXT_MAX

ACKNOWLEDGEMENTS_A_DAY: Final = 3
"""To one sender, on a calendar day; besides, one per case."""
MAILS_AN_HOUR: Final = 20
"""From one sender that become messages; what is beyond waits for an agent: two machines may be answering each other."""
REFERENCES_MAX: Final = 12
"""Of the chain that an outgoing mail carries: the first, which names the thread, and the latest."""

FLOOD_WINDOW: Final = timedelta(hours=1)

QUARANTINE_WARNED: Final = timedelta(hours=4)
QUARANTINE_LATE: Final = timedelta(hours=24)
"""How long a mail waits in quarantine before the console warns of it, and before it is late: it may be a customer's."""

MESSAGE_ID: Final = re.compile(r"<[!-;=?-~]{1,250}>")


class MailPortError(Exception):
    """Nobody can listen for mail where the settings say so."""


class MailDirection(StrEnum):
    """As seen from us."""

    IN = "in"
    OUT = "out"


class MailStatus(StrEnum):
    """What became of a mail. `received` is durable and not looked at yet; `noted` was left as a note for agents."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    NOTED = "noted"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"
    RELEASED = "released"
    SENT = "sent"


DISCARDED: Final = "discarded"
"""The status by which the API tells that a mail in quarantine waits no longer."""


class QuarantineReason(StrEnum):
    """Why a mail waits for somebody to look at it instead of becoming a message."""

    UNREADABLE = "unreadable"
    NO_SENDER = "no_sender"
    OWN_ADDRESS = "own_address"
    BOUNCE = "bounce"
    UNVERIFIED = "unverified"
    AUTOMATIC = "automatic"
    TOO_MANY = "too_many"


class JobKind(StrEnum):
    """What becomes due in the mailroom."""

    SORT = "mailroom.sort"
