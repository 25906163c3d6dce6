"""Mails in quarantine: who they claim to be from, why they wait and how long; released into a case, or discarded."""

from app.auth.rules import Role, has_role
from app.console.dependencies import ConsoleDependencies
from app.console.forms import read_form
from app.console.pages import GoTo, Pages, Shown, Visit
from app.support.mailroom.operations.discard_mail import discard_mail
from app.support.mailroom.operations.read_quarantine import read_quarantine
from app.support.mailroom.operations.release_mail import release_mail
from app.support.mailroom.queries import quarantine_waits
from app.support.mailroom.rules import QUARANTINE_LATE, QUARANTINE_WARNED
from app.support.mailroom.schemas import MailReleaseSchema

pages = Pages()


@pages.get("/queue/mails")
def show_mails(deps: ConsoleDependencies, visit: Visit) -> Shown:
    """What waits, newest first; looking is in the trail."""
    found = read_quarantine(deps.support, visit.me.id, visit.page)
    with deps.database.snapshot() as tx:
        now, waits = tx.now, quarantine_waits(tx)
    values = {
        "found": found,
        "waits": waits,
        "now": now,
        "warned": QUARANTINE_WARNED,
        "late": QUARANTINE_LATE,
        "may_decide": has_role(visit.me.role, Role.SUPERVISOR),
    }
    return Shown("queue/mails.html", values)


@pages.post("/queue/mails/<mail_id>/release", role=Role.SUPERVISOR)
def release(deps: ConsoleDependencies, visit: Visit, mail_id: str) -> GoTo:
    """Make a message of it, in the conversation that is named or in a new one, which is shown then."""
    named = read_form(visit, MailReleaseSchema).get("conversation_id")
    mail = release_mail(deps.support, visit.me.id, mail_id, named)
    return GoTo(f"/conversations/{mail.conversation_id}", says="mail_released")


@pages.post("/queue/mails/<mail_id>/discard", role=Role.SUPERVISOR)
def discard(deps: ConsoleDependencies, visit: Visit, mail_id: str) -> GoTo:
    """Let it wait no longer."""
    discard_mail(deps.support, visit.me.id, mail_id)
    return GoTo("/queue/mails", says="mail_discarded")
