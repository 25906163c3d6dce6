"""After everything that a customer does, no table holds a secret in clear (contract, section 9)."""

import re
from collections.abc import Iterator

import sqlalchemy as sa

from app.auth.operations.create_ready_agent import create_ready_agent
from app.core.tables import Base
from app.factory import Wallet
from tests.conftest import Clock
from tests.factories.auth import NEW_PASSWORD, NEW_PIN, PASSWORD, Inbox, Visitor, a_phone, an_email

OWN_PIN = "730518"


def everything(wallet: Wallet) -> Iterator[tuple[str, str]]:
    """Every value of every table, as text, with its place."""
    with wallet.database.snapshot() as tx:
        for table in Base.metadata.sorted_tables:
            for row in tx.execute(sa.select(table)).mappings():
                for column, value in row.items():
                    yield f"{table.name}.{column}", str(value)


def holds(value: str, secret: str) -> bool:
    """Whether a secret is there as a word: six digits inside a digest, a time or a number are chance."""
    return re.search(rf"(?<![0-9A-Za-z.]){re.escape(secret)}(?![0-9A-Za-z])", value) is not None


def test_no_table_holds_a_secret(
    wallet: Wallet, visitor: Visitor, inbox: Inbox, clock: Clock
) -> None:
    secrets = live_through_everything(wallet, visitor, inbox, clock)
    stored = list(everything(wallet))
    assert len(stored) > 500
    found = [(place, one) for place, value in stored for one in secrets if holds(value, one)]
    assert found == []


def live_through_everything(
    wallet: Wallet, visitor: Visitor, inbox: Inbox, clock: Clock
) -> set[str]:
    """Register, sign in, set and reset passwords; return every secret on the way."""
    phone, email = a_phone(), an_email()
    secrets = {PASSWORD, NEW_PASSWORD, OWN_PIN, NEW_PIN}

    def token(purpose: str, identifier: str) -> str:
        asked = visitor.ask(purpose, identifier)
        code = inbox.code(identifier)
        secrets.add(code)
        proof = str(visitor.confirm(asked["id"], code)["verification_token"])
        secrets.add(proof)
        return proof

    assert visitor.register(phone, verification_token=token("register", phone)).status == 201
    for password in ("a-wrong-pass-9", PASSWORD):
        secrets.add(password)
        signed_in = visitor.log_in(phone, password, name="Pixel")
    pair = visitor.refresh(signed_in["refresh_token"])
    for answer in (signed_in, pair):
        secrets |= {answer["access_token"], answer["refresh_token"]}
    client = visitor.client.as_bearer(pair["access_token"])
    pin = {"transaction_password": OWN_PIN, "transaction_password_confirmation": OWN_PIN}
    path = "/v1/auth/transaction-password"
    assert client.put(path, pin | {"password": PASSWORD}).status == 204
    added = {"verification_token": token("add_identifier", email), "password": PASSWORD}
    assert client.post("/v1/me/identifiers", added).status == 200
    pin = {"transaction_password": NEW_PIN, "transaction_password_confirmation": NEW_PIN}
    proof = {
        "verification_token": token("reset_transaction_password", email),
        "password": PASSWORD,
    }
    assert client.put(path, pin | proof).status == 204
    assert visitor.reset(token("reset_password", phone)).status == 204

    agent = create_ready_agent(wallet.auth)
    secrets |= {agent.totp_secret, agent.access_token}
    visitor.ask("reset_password", phone)
    inbox.texts(phone)
    return secrets
