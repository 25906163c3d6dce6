"""From the bytes of a mail to what the mailroom needs to know of it. Pure."""

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from typing import Final

from app.auth.identifiers import Identifier
from app.core.locale import Locale
from app.support.mailroom.bodies import read_body
from app.support.mailroom.headers import header, message_ids, only_address
from app.support.mailroom.quoting import new_part
from app.support.mailroom.rules import SUBJECT_MAX

_HAN: Final = re.compile("[\u4e00-\u9fff]")
_LISTS: Final = ("List-Id", "List-Unsubscribe", "List-Post", "List-Help")
_MACHINES: Final = ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress", "Feedback-ID")
_BULK: Final = frozenset({"bulk", "list", "junk", "auto_reply"})
_NOBODY: Final = re.compile(
    r"(?:no[-_.]?reply|do[-_.]?not[-_.]?reply|mailer-daemon|postmaster|bounces?|daemon)(?:[-+_.].*)?"
)
"""Local parts behind which nobody reads."""


class UnreadableMailError(Exception):
    """The bytes are no mail that can be taken apart."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail that was taken apart. `text` is new, `whole_text` has what it quotes; neither is masked."""

    message_id: str | None
    sender: Identifier | None
    recipients: str
    subject: str
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    text: str
    whole_text: str
    attachments: tuple[str, ...]
    is_automatic: bool

    @property
    def locale(self) -> Locale:
        """The language to answer in, as far as the letters tell."""
        return "zh-CN" if _HAN.search(self.subject + self.text) else "en"


def read_letter(content: bytes) -> Letter:
    """Take a mail apart. Raises UnreadableMailError."""
    try:
        return _letter(message_from_bytes(content))
    except (
        Exception
    ) as problem:  # whatever a stranger's mail does to a parser, it is not our failure
        raise UnreadableMailError(type(problem).__name__) from problem


def _letter(mail: Message) -> Letter:
    body = read_body(mail)
    sender = only_address(mail, "From")
    own_ids = message_ids(mail, "Message-ID")
    return Letter(
        message_id=own_ids[0] if own_ids else None,
        sender=sender,
        recipients=" ".join(header(mail, name) for name in ("To", "Cc", "Delivered-To")),
        subject=header(mail, "Subject")[:SUBJECT_MAX],
        in_reply_to=tuple(message_ids(mail, "In-Reply-To")),
        references=tuple(message_ids(mail, "References")),
        text=new_part(body.text),
        whole_text=body.text,
        attachments=body.attachments,
        is_automatic=_is_automatic(mail, sender),
    )


def _is_automatic(mail: Message, sender: Identifier | None) -> bool:
    """Whether a machine wrote it (RFC 3834, and what machines write that don't know it)."""
    submitted = header(mail, "Auto-Submitted").lower().partition(";")[0].strip()
    signs = (
        submitted not in ("", "no"),
        header(mail, "Precedence").lower() in _BULK,
        any(name in mail for name in (*_LISTS, *_MACHINES)),
        mail.get_content_type() == "multipart/report",
        sender is not None and _NOBODY.fullmatch(sender.key.partition("@")[0]) is not None,
    )
    return any(signs)
