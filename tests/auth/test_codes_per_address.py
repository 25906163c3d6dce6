"""Thirty codes an hour for a network address: counted in the database, in virtual time, over all processes."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.auth.hashing import PasswordHasher
from app.auth.models import CodeSend
from app.core.http import address_limits
from app.factory import Wallet, create_wallet
from tests.client import Answer, Client
from tests.conftest import Clock, Outside, test_settings
from tests.databases import Databases, Kind
from tests.factories.auth import a_phone

ADDRESS = "2001:db8:0:1::1"
QUOTA = 30


@pytest.fixture
def wallet(
    kind: Kind,
    databases: Databases,
    outside: Outside,
    hasher: PasswordHasher,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Wallet]:
    """A sandbox with WALLET_ADDRESS_LIMITS=on, whose processes count nothing of their own."""
    monkeypatch.setattr(address_limits.AddressLimits, "__call__", lambda *_: None)
    with databases.fresh(kind) as url:
        settings = test_settings(url, tmp_path, address_limits=True)
        wired = create_wallet(settings, edges=outside.edges(), hasher=hasher)
        yield wired
        wired.close()


def ask(wallet: Wallet, address: str | None = ADDRESS, phone: str = "") -> Answer:
    body = {"purpose": "register", "identifier": phone or a_phone()}
    return _post(wallet, "/v1/auth/verifications", address, body)


def resend(wallet: Wallet, verification_id: str) -> Answer:
    return _post(wallet, f"/v1/auth/verifications/{verification_id}/resend", ADDRESS, None)


def _post(wallet: Wallet, path: str, address: str | None, body: object) -> Answer:
    client = Client(wallet.app.test_client())
    peer = {"REMOTE_ADDR": address}
    return Answer(client.flask.post(path, json=body, headers=client.headers, environ_base=peer))


def test_the_thirty_first_code_of_an_hour_is_refused_and_an_hour_later_is_not(
    wallet: Wallet, clock: Clock
) -> None:
    first = ask(wallet)
    clock.jump_to(clock.now().replace(microsecond=0))
    clock.advance(minutes=10)
    assert {ask(wallet).status for _ in range(QUOTA - 1)} == {202}
    for refused in (ask(wallet), resend(wallet, first["id"])):
        assert (refused.status, refused.code) == (429, "rate_limited")
        assert 2900 < refused["retry_after"] <= 3000
        assert refused.headers["RateLimit-Policy"] == '"address_verifications";q=30;w=3600'
        assert refused.headers["RateLimit"].startswith('"address_verifications";r=0;t=')
    clock.advance(minutes=50, seconds=1)
    assert [ask(wallet).status for _ in range(2)] == [202, 429]


def test_a_resend_counts_and_what_was_refused_does_not(wallet: Wallet, clock: Clock) -> None:
    phone = a_phone()
    asked = ask(wallet, phone=phone)
    assert [ask(wallet, phone=phone).code for _ in range(QUOTA)] == ["resend_too_soon"] * QUOTA
    clock.advance(seconds=61)
    assert resend(wallet, asked["id"]).status == 202
    assert {ask(wallet).status for _ in range(QUOTA - 2)} == {202}
    assert ask(wallet).code == "rate_limited"


def test_another_address_is_counted_apart_and_one_of_the_same_line_is_not(wallet: Wallet) -> None:
    for _ in range(QUOTA):
        ask(wallet)
    assert ask(wallet, "2001:db8:0:1:ffff::2").status == 429
    assert ask(wallet, "2001:db8:0:2::1").status == 202
    assert ask(wallet, "192.0.2.1").status == 202
    assert ask(wallet, None).status == 202


def test_of_forty_parallel_requests_from_one_address_thirty_are_sent(wallet: Wallet) -> None:
    with ThreadPoolExecutor(8) as pool:
        results = Counter(it.status for it in pool.map(lambda _: ask(wallet), range(QUOTA + 10)))
    assert results == {202: QUOTA, 429: 10}


def test_no_address_lies_in_the_database(wallet: Wallet) -> None:
    ask(wallet, "192.0.2.77")
    with wallet.database.snapshot() as tx:
        [key] = tx.scalars(sa.select(CodeSend.address_key))
    assert key is not None
    assert (len(key), "192.0.2" in key) == (64, False)


def test_nothing_is_counted_in_a_sandbox_that_was_not_asked_to(
    kind: Kind, databases: Databases, outside: Outside, hasher: PasswordHasher, tmp_path: Path
) -> None:
    with databases.fresh(kind) as url:
        wired = create_wallet(test_settings(url, tmp_path), edges=outside.edges(), hasher=hasher)
        assert {ask(wired).status for _ in range(QUOTA + 1)} == {202}
        with wired.database.snapshot() as tx:
            assert set(tx.scalars(sa.select(CodeSend.address_key))) == {None}
        wired.close()
