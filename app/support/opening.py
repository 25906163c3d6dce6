"""Makes what the support desk needs, and lists its routes and jobs, for the factory."""

import functools
from typing import Final

from app.audit.trail import AuditTrail
from app.banking.operations import BankingDependencies
from app.core.http.routes import Routes
from app.core.http.streams import EventStreams
from app.core.jobs import Handler
from app.core.rounds import Round
from app.edges.bundle import Edges
from app.payments.operations import PaymentDependencies
from app.support import recovery
from app.support import routes as channel_routes
from app.support.actions import agent_routes as action_routes
from app.support.calls import agent_routes as call_agent_routes
from app.support.calls import jobs as call_jobs
from app.support.calls import routes as call_routes
from app.support.clocks import jobs as clock_jobs
from app.support.clocks.following import follow_conversations
from app.support.conversations import agent_routes as conversation_agent_routes
from app.support.conversations import jobs as conversation_jobs
from app.support.conversations import routes as conversation_routes
from app.support.conversations.live import LiveFeed
from app.support.conversations.operations.tend_queue import tend_queue
from app.support.conversations.queue_events import note_queue_event
from app.support.conversations.rules import TEND_SECONDS
from app.support.conversations.watching import Watch
from app.support.customers import agent_routes as customer_agent_routes
from app.support.customers import payment_routes as customer_payment_routes
from app.support.customers import routes as access_log_routes
from app.support.customers.listening import keep_account_change
from app.support.dependencies import SupportDependencies
from app.support.diagnosis import routes as diagnosis_routes
from app.support.faq import routes as faq_routes
from app.support.faq_editing import agent_routes as faq_agent_routes
from app.support.following_accounts import follow_accounts
from app.support.following_money import follow_money
from app.support.mailroom import agent_routes as mailroom_routes
from app.support.mailroom import jobs as mailroom_jobs
from app.support.mailroom.outgoing import mail_answers
from app.support.reports import agent_routes as report_routes

ROUTES: Final[tuple[Routes, ...]] = (
    channel_routes.routes,
    faq_routes.routes,
    diagnosis_routes.routes,
    call_routes.routes,
    conversation_routes.routes,
    conversation_agent_routes.routes,
    call_agent_routes.routes,
    access_log_routes.routes,
    customer_agent_routes.routes,
    action_routes.routes,
    customer_payment_routes.routes,
    faq_agent_routes.routes,
    report_routes.routes,
    mailroom_routes.routes,
)


def open_support(
    payments: PaymentDependencies,
    banking: BankingDependencies,
    edges: Edges,
    audit: AuditTrail,
    threads: int,
) -> SupportDependencies:
    """What the desk's operations need; from now on the desk follows its cases and hears what changes in accounts."""
    auth = payments.auth
    live = LiveFeed(Watch(auth.database))
    deps = SupportDependencies(
        database=auth.database,
        gateway=edges.gateway,
        timezone=auth.timezone,
        keys=auth.keys,
        audit=audit,
        events=auth.events,
        mail=edges.mail,
        auth=auth,
        banking=banking,
        payments=payments,
        streams=EventStreams(threads, live.ask),
        live=live,
    )
    deps.events.listen(follow_conversations(deps))
    deps.events.listen(keep_account_change)
    deps.events.listen(note_queue_event)
    deps.events.listen(follow_accounts(deps))
    deps.events.listen(follow_money(deps))
    deps.events.listen(mail_answers(deps))
    return deps


def handlers(deps: SupportDependencies) -> dict[str, Handler]:
    """The desk's due work, by the kind of its rows."""
    return {
        **conversation_jobs.handlers(deps),
        **clock_jobs.handlers(deps),
        **call_jobs.handlers(deps),
        **mailroom_jobs.handlers(deps),
        **recovery.handlers(deps),
    }


def rounds(deps: SupportDependencies) -> tuple[Round, ...]:
    """What the worker looks after by the machine's clock, since heartbeats are real."""
    return (Round("tend_queue", TEND_SECONDS, functools.partial(tend_queue, deps)),)
