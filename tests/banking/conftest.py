"""The banking routes over both databases, with plain doubles for what other domains hand over."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from app.auth.errors import ACCOUNT_FROZEN, TRANSACTION_PASSWORD_INCORRECT
from app.banking import jobs as banking_jobs
from app.banking import routes as banking_routes
from app.banking.operations import BankingDependencies
from app.banking.vault import CardVault
from app.core.database import Transaction
from app.core.events import Event
from app.core.http.api import Gates, WebApi
from app.core.http.call import Principal
from app.core.http.openapi import describe
from app.core.http.perimeter import install_perimeter
from app.core.http.problems import install_error_handlers
from app.core.http.routes import Access
from app.core.http.telemetry import install_telemetry
from app.factory import Wallet
from tests.client import Answer, Client
from tests.conftest import Clock, Outside
from tests.factories.banking import Notices, new_card_body

TRANSACTION_PASSWORD = "246810"


@dataclass
class Accounts:
    """Stands for app.auth: one transaction password for all, and who is frozen."""

    frozen: set[str] = field(default_factory=set)
    wrong_tries: int = 0
    meanwhile: Callable[[], object] = lambda: None
    """What others do while a transaction password is checked."""

    def check_transaction_password(self, user_id: str, given: str) -> None:
        self.meanwhile()
        if given != TRANSACTION_PASSWORD:
            self.wrong_tries += 1
            raise TRANSACTION_PASSWORD_INCORRECT(attempts_remaining=5 - self.wrong_tries)

    def require_active(self, tx: Transaction, user_id: str) -> None:
        if user_id in self.frozen:
            raise ACCOUNT_FROZEN()


@pytest.fixture
def accounts() -> Accounts:
    return Accounts()


@pytest.fixture
def notices() -> Notices:
    return Notices()


@pytest.fixture
def announced(wallet: Wallet) -> list[Event]:
    events: list[Event] = []
    wallet.events.listen(lambda tx, event: events.append(event))
    return events


@pytest.fixture
def banking(
    wallet: Wallet, outside: Outside, accounts: Accounts, notices: Notices
) -> BankingDependencies:
    deps = BankingDependencies(
        database=wallet.database,
        bank=outside.bank,
        vault=CardVault(wallet.keys),
        events=wallet.events,
        check_transaction_password=accounts.check_transaction_password,
        require_active=accounts.require_active,
        tell=notices.tell,
        micro_deposit_delay=timedelta(seconds=wallet.settings.micro_deposit_delay_seconds),
    )
    wallet.jobs.handlers.update(banking_jobs.handlers(deps))
    return deps


@pytest.fixture
def server(wallet: Wallet, banking: BankingDependencies) -> Flask:
    """Serves banking alone; the bearer token is the user's id."""
    app = Flask("banking", static_folder=None)
    install_telemetry(app, threads=4)
    install_perimeter(app, wallet.settings)
    install_error_handlers(app)
    gates = Gates(
        {Access.USER: lambda token: Principal("user", token, "ses_test")},
        lambda host, origin: True,
        lambda call: None,
        lambda name, address: None,
        lambda role, least: False,
        lambda refused: None,
    )
    web = WebApi(app, wallet.database, gates, wallet.keys, describe(app))
    web.add(banking_routes.routes, banking)
    return app


@dataclass
class Cardholder:
    """A user with the app in one hand and the bank's statement in the other."""

    id: str
    client: Client
    clock: Clock
    outside: Outside

    def bind(self, number: str | None = None, **changes: object) -> Answer:
        return self.client.post("/v1/bank-cards", new_card_body(number, **changes))

    def bind_and_wait(self, number: str | None = None) -> str:
        """Bind, let the deposit arrive, and return the card's id."""
        bound = self.bind(number)
        assert bound.status == 201, bound.body
        self.clock.run_due()
        return str(bound["id"])

    def confirm(self, card_id: str, amount: object) -> Answer:
        return self.client.post(f"/v1/bank-cards/{card_id}/confirm", {"amount": amount})

    def unbind(self, card_id: str, password: str = TRANSACTION_PASSWORD) -> Answer:
        body = {"transaction_password": password}
        return self.client.post(f"/v1/bank-cards/{card_id}/unbind", body)

    def make_default(self, card_id: str) -> Answer:
        return self.client.post(f"/v1/bank-cards/{card_id}/default")

    def card(self, card_id: str) -> Any:
        return self.client.get(f"/v1/bank-cards/{card_id}").body

    def statement_amount(self) -> int:
        """The newest deposit on the statement of this user's cards, in fen."""
        mine = [d for d in self.outside.bank.deposits if d.user_id == self.id]
        return mine[-1].amount_minor

    def active_card(self, number: str | None = None) -> str:
        """Bind and confirm a card, and let its deposit go back; returns its id."""
        card_id = self.bind_and_wait(number)
        confirmed = self.confirm(card_id, self.statement_amount())
        assert confirmed.status == 200, confirmed.body
        self.clock.run_due()
        return card_id


MakeCardholder = Callable[[str], Cardholder]


@pytest.fixture
def cardholder(server: Flask, clock: Clock, outside: Outside) -> MakeCardholder:
    def make(user_id: str) -> Cardholder:
        client = Client(server.test_client()).as_bearer(user_id)
        return Cardholder(user_id, client, clock, outside)

    return make


@pytest.fixture
def li(cardholder: MakeCardholder) -> Cardholder:
    return cardholder("usr_li")


@pytest.fixture
def wang(cardholder: MakeCardholder) -> Cardholder:
    return cardholder("usr_wang")
