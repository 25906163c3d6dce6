"""Serves the console, for the factory."""

from typing import Final

from app.audit.operations import AuditDependencies
from app.console.dependencies import ConsoleDependencies
from app.console.pages import Pages
from app.console.views import (
    actions,
    agents,
    approvals,
    calls,
    conversation,
    customer,
    customers,
    diagnosis,
    events,
    faq,
    faq_words,
    handling,
    incidents,
    mails,
    me,
    queue,
    reports,
    sign_in,
    status,
)
from app.console.views import audit as audit_page
from app.console.web import ConsoleWeb
from app.status.operations import StatusDependencies
from app.support.dependencies import SupportDependencies

PAGES: Final[tuple[Pages, ...]] = (
    sign_in.pages,
    events.pages,
    queue.pages,
    mails.pages,
    conversation.pages,
    handling.pages,
    customers.pages,
    customer.pages,
    actions.pages,
    calls.pages,
    diagnosis.pages,
    approvals.pages,
    status.pages,
    incidents.pages,
    faq_words.pages,
    faq.pages,
    reports.pages,
    audit_page.pages,
    agents.pages,
    me.pages,
)


def serve_console(
    web: ConsoleWeb, status: StatusDependencies, support: SupportDependencies
) -> None:
    """Bind every page below `/console`."""
    audit = AuditDependencies(web.auth.database, support.audit)
    web.serve(PAGES, ConsoleDependencies(web.auth.database, audit, web.auth, status, support))
