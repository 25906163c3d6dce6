"""`/internal/v1/quarantined-mails`: mails that nobody could tell to be genuine, for agents."""

from typing import Any

from app.auth.rules import Role
from app.core.errors import NOT_FOUND
from app.core.http.call import Call
from app.core.http.routes import Access, Routes
from app.core.pagination import Page
from app.support.conversations.errors import CONVERSATION_CLOSED
from app.support.dependencies import SupportDependencies
from app.support.mailroom.errors import (
    MAIL_ALREADY_DISCARDED,
    MAIL_ALREADY_RELEASED,
    MAIL_NOT_RELEASABLE,
)
from app.support.mailroom.models import SupportMail
from app.support.mailroom.operations import discard_mail as discarding
from app.support.mailroom.operations.read_quarantine import read_quarantine
from app.support.mailroom.operations.release_mail import release_mail
from app.support.mailroom.rules import DISCARDED
from app.support.mailroom.schemas import MailReleaseSchema, QuarantinedMailSchema

routes = Routes(
    "support_mails_agents",
    prefix="/internal/v1/quarantined-mails",
    tag="Support mail",
    access=Access.AGENT,
    role=Role.AGENT,
)


@routes.get("", answers={200: QuarantinedMailSchema}, paged=True)
def list_quarantined_mails(deps: SupportDependencies, call: Call) -> Page[dict[str, Any]]:
    """Mails that did not become messages by themselves, newest first, and why.

    `unverified`: sent by another server than the sender's, or by nobody who takes part in the case that it names.
    `bounce`, `automatic`, `own_address`: written by a machine. `too_many`: over 20 from one sender in an hour.
    """
    return read_quarantine(deps, call.who.id, call.page).map(_shown)


@routes.post(
    "/<mail_id>/release",
    role=Role.SUPERVISOR,
    body=MailReleaseSchema,
    answers={200: QuarantinedMailSchema},
    errors=(
        NOT_FOUND,
        MAIL_ALREADY_RELEASED,
        MAIL_ALREADY_DISCARDED,
        MAIL_NOT_RELEASABLE,
        CONVERSATION_CLOSED,
    ),
)
def release_quarantined_mail(deps: SupportDependencies, call: Call, mail_id: str) -> dict[str, Any]:
    """Make a message of it, in the conversation that is named or in a new one with its sender.

    The conversation's answers go where they went before, whoever wrote this mail.
    """
    return _shown(release_mail(deps, call.who.id, mail_id, call.body.get("conversation_id")))


@routes.post(
    "/<mail_id>/discard",
    role=Role.SUPERVISOR,
    answers={200: QuarantinedMailSchema},
    errors=(NOT_FOUND, MAIL_ALREADY_RELEASED, MAIL_ALREADY_DISCARDED),
)
def discard_quarantined_mail(deps: SupportDependencies, call: Call, mail_id: str) -> dict[str, Any]:
    """Let it wait no longer; its subject and text are gone."""
    return _shown(discarding.discard_mail(deps, call.who.id, mail_id))


def _shown(mail: SupportMail) -> dict[str, Any]:
    return {
        "id": mail.id,
        "status": mail.status if mail.discarded_at is None else DISCARDED,
        "reason": mail.reason,
        "sender": mail.sender,
        "envelope_sender": mail.envelope_sender,
        "subject": mail.subject,
        "text": mail.text,
        "conversation_id": mail.conversation_id,
        "created_at": mail.created_at,
    }
