"""The composition root: settings, database, edges, domains and routes are wired here and nowhere else."""

from dataclasses import dataclass

from flask import Flask
from flask_migrate import Migrate

from app.core.database import Database
from app.core.events import Events
from app.core.http.api import Gates, WebApi
from app.core.http.error_docs import install_errors_page
from app.core.http.openapi import describe
from app.core.http.problems import install_error_handlers
from app.core.http.telemetry import install_telemetry
from app.core.jobs import JobQueue
from app.core.security import KeyRing
from app.core.settings import Settings, SettingsError, load_settings
from app.edges.bundle import Edges
from app.ledger import accounts as ledger_accounts
from app.ledger import routes as ledger_routes
from app.migrating import MIGRATIONS, Seed


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
    seeds: tuple[Seed, ...]

    def close(self) -> None:
        """Give every database connection back; the wallet can't be used after it."""
        with self.app.app_context():
            self.database.engine.dispose()


def create_app() -> Flask:
    """The Flask application of the environment's settings. Raises SettingsError."""
    return create_wallet(load_settings()).app


def create_wallet(settings: Settings, edges: Edges | None = None) -> Wallet:
    """Wire everything for these settings; nothing is read from or written to the database yet.

    `edges` stand for the outside where they are given, else the clients of the settings' URLs.
    """
    app = Flask("app", static_folder=None)
    database = _open_database(app, settings)
    wallet = Wallet(
        app=app,
        settings=settings,
        database=database,
        keys=KeyRing(settings.secret_key),
        events=Events(),
        jobs=JobQueue(database),
        edges=edges or _open_edges(settings),
        seeds=(ledger_accounts.seed,),
    )
    app.extensions["wallet"] = wallet
    _install_http(wallet)
    return wallet


def _open_database(app: Flask, settings: Settings) -> Database:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings)
    app.config.update(database.config())
    database.init_app(app)
    with app.app_context():
        database.connect_events()
    Migrate(app, database, directory=str(MIGRATIONS))
    return database


def _open_edges(settings: Settings) -> Edges:
    raise SettingsError("the clients of the outside are not wired yet")


def _install_http(wallet: Wallet) -> None:
    app = wallet.app
    install_telemetry(app)
    install_error_handlers(app)
    install_errors_page(app)
    rest = describe(app)
    gates = Gates({}, lambda host, origin: True, lambda call: None, lambda name, address: None)
    web = WebApi(app, wallet.database, gates, wallet.keys, rest)
    web.add(ledger_routes.routes, wallet.database)
