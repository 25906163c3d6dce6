"""The composition root: settings, database, edges, domains and routes are wired here and nowhere else."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask
from flask_migrate import Migrate

from app.auth.hashing import PasswordHasher
from app.auth.operations import AuthDependencies
from app.auth.operations.authenticate import authenticate_agent, authenticate_user
from app.auth.operations.check_transaction_password import check_transaction_password
from app.auth.passwords import PASSWORD_POLICIES
from app.auth.queries import require_active
from app.banking import jobs as banking_jobs
from app.banking import routes as banking_routes
from app.banking.operations import BankingDependencies
from app.banking.vault import CardVault
from app.core.database import Database, Transaction
from app.core.events import Events
from app.core.http.api import Gates, WebApi
from app.core.http.error_docs import install_errors_page
from app.core.http.health import install_health
from app.core.http.openapi import RestApi, describe
from app.core.http.problems import install_error_handlers
from app.core.http.routes import Access
from app.core.http.telemetry import install_telemetry
from app.core.jobs import JobQueue
from app.core.security import KeyRing
from app.core.settings import Settings, SettingsError, load_settings
from app.edges.bundle import Edges
from app.edges.opening import open_edges
from app.ledger import accounts as ledger_accounts
from app.ledger import routes as ledger_routes
from app.migrating import MIGRATIONS, Seed
from app.payments import jobs as payment_jobs
from app.payments import routes as payment_routes
from app.payments import seed as merchants
from app.payments.operations import PaymentDependencies


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
    auth: AuthDependencies
    banking: BankingDependencies
    payments: PaymentDependencies
    seeds: tuple[Seed, ...]
    web: WebApi

    def close(self) -> None:
        """Give every database connection back; the wallet can't be used after it."""
        with self.app.app_context():
            self.database.engine.dispose()


def create_app() -> Flask:
    """The Flask application of the environment's settings. Raises SettingsError."""
    return create_wallet(load_settings()).app


def create_wallet(
    settings: Settings, edges: Edges | None = None, hasher: PasswordHasher | None = None
) -> Wallet:
    """Wire everything for these settings; nothing is read from or written to the database yet.

    `edges` stand for the outside where they are given, else the clients of the settings' URLs; a `hasher` that is
    given may have hashed the sandbox's fixed passwords before.
    """
    app = Flask("app", static_folder=None)
    database = _open_database(app, settings)
    edges = edges or _open_edges(settings)
    keys, events = KeyRing(settings.secret_key), Events()
    vault = CardVault(keys)
    auth = AuthDependencies(
        database=database,
        keys=keys,
        hasher=hasher or PasswordHasher(keys),
        events=events,
        policy=PASSWORD_POLICIES[settings.password_policy],
        timezone=settings.timezone,
    )
    wallet = Wallet(
        app=app,
        settings=settings,
        database=database,
        keys=keys,
        events=events,
        jobs=JobQueue(database),
        edges=edges,
        auth=auth,
        banking=_banking(settings, auth, edges, vault),
        payments=PaymentDependencies(
            database=database,
            auth=auth,
            gateway=edges.gateway,
            bank=edges.bank,
            vault=vault,
            events=events,
            timezone=settings.timezone,
        ),
        seeds=(ledger_accounts.seed, merchants.seed),
        web=_web(app, settings, database, keys, auth),
    )
    _register(wallet)
    return wallet


def _open_database(app: Flask, settings: Settings) -> Database:
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise SettingsError(f"WALLET_DATA_DIR can't be used: {problem}") from problem
    database = Database(settings)
    app.config.update(database.config())
    database.init_app(app)
    with app.app_context():
        database.connect_events()
    Migrate(app, database, directory=str(MIGRATIONS))
    return database


def _open_edges(settings: Settings) -> Edges:
    try:
        return open_edges(settings)
    except ValueError as problem:
        raise SettingsError(f"an edge's URL can't be used: {problem}") from problem


def _banking(
    settings: Settings, auth: AuthDependencies, edges: Edges, vault: CardVault
) -> BankingDependencies:
    def tell(tx: Transaction, user_id: str, template: str, values: Mapping[str, str]) -> None:
        """Filled in when notifications are wired."""

    return BankingDependencies(
        database=auth.database,
        bank=edges.bank,
        vault=vault,
        events=auth.events,
        check_transaction_password=lambda user_id, given: check_transaction_password(
            auth, user_id, given
        ),
        require_active=require_active,
        tell=tell,
        micro_deposit_delay=timedelta(seconds=settings.micro_deposit_delay_seconds),
    )


def _web(
    app: Flask, settings: Settings, database: Database, keys: KeyRing, auth: AuthDependencies
) -> WebApi:
    install_telemetry(app)
    install_error_handlers(app)
    install_errors_page(app)
    install_health(app, database, _missing_edges(settings))
    rest: RestApi = describe(app)
    gates = Gates(
        authenticate={
            Access.USER: lambda token: authenticate_user(auth, token),
            Access.AGENT: lambda token: authenticate_agent(auth, token),
        },
        sandbox_caller=lambda host, origin: True,
        before_money=lambda call: None,
        address_limit=lambda name, address: None,
    )
    return WebApi(app, database, gates, keys, rest)


def _missing_edges(settings: Settings) -> list[str]:
    urls = {
        "gateway": settings.gateway_url,
        "bank": settings.bank_url,
        "sms": settings.sms_url,
        "email": settings.smtp_url,
    }
    return [name for name, url in urls.items() if url is None]


def _register(wallet: Wallet) -> None:
    """Routes and job handlers of every domain."""
    wallet.web.add(ledger_routes.routes, wallet.database)
    wallet.web.add(banking_routes.routes, wallet.banking)
    wallet.web.add(payment_routes.routes, wallet.payments)
    wallet.jobs.handlers.update(banking_jobs.handlers(wallet.banking))
    wallet.jobs.handlers.update(payment_jobs.handlers(wallet.payments))
