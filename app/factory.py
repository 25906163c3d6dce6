"""The composition root: settings, database, edges, domains and routes are wired here and nowhere else."""

import functools
import os
from dataclasses import dataclass

from flask import Flask

from app.audit import routes as audit_routes
from app.audit.cli import audit_commands
from app.audit.operations import AuditDependencies
from app.audit.refusals import refusal_noter
from app.audit.trail import AuditTrail
from app.auth import agent_routes
from app.auth import jobs as auth_jobs
from app.auth import routes as auth_routes
from app.auth.cli import agent_commands
from app.auth.hashing import PasswordHasher
from app.auth.opening import open_auth
from app.auth.operations import AuthDependencies
from app.auth.operations.authenticate import authenticate_agent, authenticate_user
from app.auth.operations.render_code import render_code
from app.auth.rules import has_role
from app.banking import jobs as banking_jobs
from app.banking import routes as banking_routes
from app.banking.opening import open_banking
from app.banking.operations import BankingDependencies
from app.console.opening import serve_console
from app.console.web import ConsoleWeb
from app.core.database import Database, Seed, open_database
from app.core.events import Events
from app.core.http.address_limits import AddressLimits
from app.core.http.api import Gates, WebApi
from app.core.http.error_docs import install_errors_page
from app.core.http.health import install_health
from app.core.http.openapi import describe
from app.core.http.perimeter import install_perimeter
from app.core.http.problems import install_error_handlers
from app.core.http.routes import Access
from app.core.http.telemetry import install_telemetry
from app.core.http.url_rules import OneWayRule
from app.core.jobs import JobQueue
from app.core.rounds import Round
from app.core.schema import MIGRATIONS
from app.core.security import KeyRing
from app.core.settings import Settings, load_settings
from app.edges.bundle import Edges
from app.edges.opening import missing_edges, open_edges
from app.ledger import routes as ledger_routes
from app.ledger.cli import ledger_commands
from app.notifications import jobs as notification_jobs
from app.notifications.jobs import NotificationDependencies
from app.payments import card_routes as card_movement_routes
from app.payments import jobs as payment_jobs
from app.payments import routes as payment_routes
from app.payments.cli import reconcile_command
from app.payments.opening import open_payments
from app.payments.operations import PaymentDependencies
from app.seeding import SEEDS
from app.status import agent_routes as status_agent_routes
from app.status import jobs as status_jobs
from app.status import routes as status_routes
from app.status.operations import StatusDependencies
from app.status.operations.require_supported_app import require_supported_app
from app.support import opening as support
from app.support.dependencies import SupportDependencies
from app.support.mismatches import raise_unbooked
from app.webhooks import callback_routes
from app.webhooks import jobs as webhook_jobs
from app.webhooks import routes as webhook_routes
from app.webhooks.enqueuing import enqueue_deliveries
from app.webhooks.opening import open_callbacks, open_webhooks
from app.webhooks.operations import WebhookDependencies


@dataclass(slots=True)
class Wallet:
    """The wired wallet: what the web server, the worker, the commands and the tests start from."""

    app: Flask
    settings: Settings
    database: Database
    keys: KeyRing
    events: Events
    jobs: JobQueue
    edges: Edges
    audit: AuditTrail
    auth: AuthDependencies
    banking: BankingDependencies
    payments: PaymentDependencies
    status: StatusDependencies
    support: SupportDependencies
    webhooks: WebhookDependencies
    seeds: tuple[Seed, ...] = SEEDS

    def close(self) -> None:
        """End the open streams and give every database connection back; the wallet can't be used after it."""
        self.end_streams()
        self.support.live.stop()
        with self.app.app_context():
            self.database.engine.dispose()

    def end_streams(self) -> None:
        """Have every open stream end, since this process does."""
        self.support.streams.stop()
        self.support.live.close()

    @property
    def rounds(self) -> tuple[Round, ...]:
        """What a worker does again and again by the machine's clock, beside the jobs."""
        return support.rounds(self.support)


def create_app() -> Flask:
    """The Flask application of the environment's settings. Raises SettingsError."""
    return create_wallet(load_settings()).app


def create_wallet(
    settings: Settings, edges: Edges | None = None, hasher: PasswordHasher | None = None
) -> Wallet:
    """Wire everything for these settings; nothing is read from or written to the database yet.

    `edges` stand for the outside where they are given, else the clients of the settings' URLs; a `hasher` that is
    given may have hashed the sandbox's fixed passwords before. Raises SettingsError.
    """
    app = Flask("app", static_folder=None)
    app.url_rule_class = OneWayRule
    app.url_map.merge_slashes = False  # `//v1` is no address of ours, and no redirect to one
    database = open_database(app, settings)
    edges = edges or open_edges(settings)
    keys, events = KeyRing(settings.secret_key), Events()
    audit = AuditTrail(keys)
    auth = open_auth(settings, database, keys, events, audit, hasher)
    banking = open_banking(settings, auth, edges)
    payments = open_payments(auth, banking, edges)
    wallet = Wallet(
        app=app,
        settings=settings,
        database=database,
        keys=keys,
        events=events,
        jobs=JobQueue(database),
        edges=edges,
        audit=audit,
        auth=auth,
        banking=banking,
        payments=payments,
        status=StatusDependencies(database, audit, events, settings.timezone),
        support=support.open_support(payments, banking, edges, audit, settings.threads),
        webhooks=open_webhooks(settings, database, keys),
        seeds=(*SEEDS, audit.plant),
    )
    events.listen(enqueue_deliveries)
    events.listen(status_jobs.hear_of_fault)
    app.extensions["wallet"] = wallet
    _handle_jobs(wallet)
    _serve(wallet)
    _add_commands(wallet)
    return wallet


def _add_commands(wallet: Wallet) -> None:
    # `flask db …` is for people. Loading Alembic takes a third of a second, for which no server should wait.
    if os.environ.get("FLASK_RUN_FROM_CLI") == "true":
        from flask_migrate import Migrate  # noqa: PLC0415

        Migrate(wallet.app, wallet.database, directory=str(MIGRATIONS))

    def bring_up_to_date() -> None:
        from app.migrating import migrate  # noqa: PLC0415 - Alembic again

        migrate(wallet.database, wallet.seeds)

    wallet.app.cli.add_command(agent_commands(wallet.auth, bring_up_to_date))
    wallet.app.cli.add_command(audit_commands(AuditDependencies(wallet.database, wallet.audit)))
    wallet.app.cli.add_command(ledger_commands(wallet.database))
    wallet.app.cli.add_command(
        reconcile_command(wallet.payments, functools.partial(raise_unbooked, wallet.support))
    )


def _handle_jobs(wallet: Wallet) -> None:
    notifications = NotificationDependencies(
        database=wallet.database,
        sms=wallet.edges.sms,
        mail=wallet.edges.mail,
        render_code=lambda challenge_id, generation: render_code(
            wallet.auth, challenge_id, generation
        ),
        note_fault=status_jobs.note_fault,
    )
    for handlers in (
        notification_jobs.handlers(notifications),
        auth_jobs.handlers(wallet.auth),
        banking_jobs.handlers(wallet.banking),
        payment_jobs.handlers(wallet.payments),
        status_jobs.handlers(wallet.status),
        support.handlers(wallet.support),
        webhook_jobs.handlers(wallet.webhooks),
    ):
        wallet.jobs.handlers.update(handlers)


def _serve(wallet: Wallet) -> None:
    app, settings, database = wallet.app, wallet.settings, wallet.database
    install_telemetry(app, settings.threads)
    install_perimeter(app, settings)
    install_error_handlers(app)
    install_errors_page(app)
    install_health(app, database, missing_edges(settings), settings.smtp_listen_port)
    web = WebApi(app, database, _gates(wallet), wallet.keys, describe(app))
    web.add(auth_routes.routes, wallet.auth)
    web.add(auth_routes.me_routes, wallet.auth)
    web.add(agent_routes.agent_routes, wallet.auth)
    web.add(audit_routes.routes, AuditDependencies(database, wallet.audit))
    web.add(ledger_routes.routes, database)
    web.add(banking_routes.routes, wallet.banking)
    web.add(payment_routes.routes, wallet.payments)
    web.add(card_movement_routes.routes, wallet.payments)
    web.add(status_routes.routes, wallet.status)
    web.add(status_agent_routes.routes, wallet.status)
    for routes in support.ROUTES:
        web.add(routes, wallet.support)
    web.add(webhook_routes.routes, wallet.webhooks)
    web.add(callback_routes.routes, open_callbacks(settings, wallet.payments, wallet.banking))
    pages = ConsoleWeb(
        app, wallet.auth, web.gates.note_refusal, settings.timezone, secure=not settings.sandbox
    )
    serve_console(pages, wallet.status, wallet.support)
    if settings.sandbox:
        _open_sandbox_doors(wallet, web)


def _gates(wallet: Wallet) -> Gates:
    settings = wallet.settings
    return Gates(
        authenticate={
            Access.USER: lambda token: authenticate_user(wallet.auth, token),
            Access.AGENT: lambda token: authenticate_agent(wallet.auth, token),
        },
        sandbox_caller=lambda host, origin: False,
        before_money=lambda call: require_supported_app(wallet.status, call),
        address_limit=AddressLimits(enabled=settings.address_limits, redis_url=settings.redis_url),
        has_role=has_role,
        note_refusal=refusal_noter(wallet.database, wallet.audit),
    )


def _open_sandbox_doors(wallet: Wallet, web: WebApi) -> None:
    # Imported here, so that production has no such code in its process.
    from app.console.sandbox.opening import serve_sandbox  # noqa: PLC0415
    from app.console.sandbox.web import SandboxWeb  # noqa: PLC0415
    from app.sandbox import routes as sandbox_routes  # noqa: PLC0415
    from app.sandbox.opening import local_callers, open_sandbox  # noqa: PLC0415

    settings = wallet.settings
    is_local = web.gates.sandbox_caller = local_callers(settings)
    deps = open_sandbox(
        settings, wallet.auth, wallet.banking, wallet.edges, wallet.jobs, wallet.seeds
    )
    web.add(sandbox_routes.routes, deps)
    serve_sandbox(SandboxWeb(wallet.app, is_local, settings.timezone), deps)
