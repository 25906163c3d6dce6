"""Mails to support, as a customer's mail program writes them, and what came back to them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import make_msgid

import sqlalchemy as sa

from app.edges.mail import message_id_of
from app.edges.protocols import MailMessage
from app.factory import Wallet
from app.support.conversations.models import Conversation, Message, Note
from app.support.mailroom.models import SupportMail
from app.support.mailroom.operations.receive_mail import receive_mail
from app.support.mailroom.rules import SUPPORT_ADDRESS
from tests.conftest import Clock, Outside

MEI = "mei@customer.example"


def mail_of(
    text: str = "My payment failed.",
    *,
    sender: str = MEI,
    to: str = SUPPORT_ADDRESS,
    **headers: str,
) -> EmailMessage:
    """A mail with a Message-ID of its own, unless it is given."""
    mail = EmailMessage(policy=SMTP.clone(max_line_length=998))
    headers = {"Subject": "Payment", "Message-ID": make_msgid(domain="customer.example")} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    mail["From"], mail["To"] = sender, to
    for name, value in headers.items():
        if value:
            mail[name] = value
    mail.set_content(text)
    return mail


@dataclass
class Mailroom:
    """Puts mails into the mailroom and shows what became of them."""

    wallet: Wallet
    clock: Clock
    outside: Outside
    _read: int = field(default=0, init=False)

    def receive(
        self,
        mail: EmailMessage | bytes,
        *,
        envelope: str | None = None,
        recipients: Sequence[str] = (),
    ) -> SupportMail:
        """Keep a mail and sort it; returns what became of it."""
        content = mail if isinstance(mail, bytes) else mail.as_bytes()
        claimed = "" if isinstance(mail, bytes) else str(mail["From"])
        to = recipients or ([SUPPORT_ADDRESS] if isinstance(mail, bytes) else [str(mail["To"])])
        sender = claimed if envelope is None else envelope
        mail_id = receive_mail(self.wallet.support, sender, to, content)
        self.clock.run_due()
        with self.wallet.database.snapshot() as tx:
            return tx.get_one(SupportMail, mail_id)

    def conversations(self) -> list[Conversation]:
        with self.wallet.database.snapshot() as tx:
            return list(tx.scalars(sa.select(Conversation).order_by(Conversation.created_at)))

    def words(self, conversation_id: str | None) -> list[str]:
        """What was said in a conversation, oldest first."""
        with self.wallet.database.snapshot() as tx:
            said = sa.select(Message.text).where(Message.conversation_id == conversation_id)
            return list(tx.scalars(said.order_by(Message.seq)))

    def notes(self, conversation_id: str | None) -> list[str]:
        with self.wallet.database.snapshot() as tx:
            kept = sa.select(Note.text).where(Note.conversation_id == conversation_id)
            return list(tx.scalars(kept))

    def sent(self) -> list[MailMessage]:
        """What went out since this was asked last."""
        self.clock.run_due()
        new = self.outside.mail.sent[self._read :]
        self._read += len(new)
        return new


def reply_to(sent: MailMessage, text: str = "Here is more.", **how: str) -> EmailMessage:
    """What a mail program makes of a reply to a mail of ours: its address, its thread."""
    own = message_id_of(sent.reference)
    thread = {
        "to": sent.headers["Reply-To"],
        "Subject": f"Re: {sent.subject}",
        "In_Reply_To": own,
        "References": f"{sent.headers.get('References', '')} {own}".strip(),
    }
    return mail_of(text, **(thread | how))  # type: ignore[arg-type]
