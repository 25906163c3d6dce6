"""How passwords are kept: argon2id with a pepper, renewed when its parameters are old, only so many at once."""

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from passlib.context import CryptContext

from app.auth import hashing
from app.auth.hashing import SlowHash
from app.auth.models import User
from app.core.security import KeyRing
from app.factory import Wallet, create_wallet
from tests.client import Client
from tests.conftest import SECRET, Clock, Outside, test_settings
from tests.databases import Databases
from tests.factories.auth import PASSWORD, PIN, Customer, Inbox, Visitor, a_phone
from tests.factories.people import payment_body

TODAY = "$argon2id$v=19$m=19456,t=2,p=1$"
YESTERDAY = "$argon2id$v=19$m=8192,t=1,p=1$"


class OldHash(SlowHash):
    """Hashes as an earlier release did: the same pepper, weaker parameters."""

    def __init__(self, pepper: bytes) -> None:
        super().__init__(pepper)
        self._context = CryptContext(
            schemes=["argon2"],
            argon2__type="ID",
            argon2__memory_cost=8192,
            argon2__time_cost=1,
            argon2__parallelism=1,
        )


def old_hash(wallet: Wallet, password: str) -> str:
    made = OldHash(wallet.keys.derive("password-pepper")).hash(password)
    assert made.startswith(YESTERDAY)
    return made


def store(wallet: Wallet, user_id: str, **columns: str) -> None:
    with wallet.database.transaction() as tx:
        tx.change(sa.update(User).where(User.id == user_id).values(columns))


def stored(wallet: Wallet, user_id: str) -> User:
    with wallet.database.snapshot() as tx:
        return tx.get_one(User, user_id)


def test_an_old_hash_is_renewed_when_its_owner_signs_in(
    wallet: Wallet, customer: Customer, visitor: Visitor
) -> None:
    store(wallet, customer.id, password_hash=old_hash(wallet, PASSWORD))

    assert visitor.log_in(customer.phone or "", "wrong").code == "invalid_credentials"
    assert stored(wallet, customer.id).password_hash.startswith(YESTERDAY)
    assert visitor.log_in(customer.phone or "").status == 200
    renewed = stored(wallet, customer.id).password_hash
    assert renewed.startswith(TODAY)
    assert visitor.log_in(customer.phone or "").status == 200
    assert stored(wallet, customer.id).password_hash == renewed


def test_an_old_hash_of_a_transaction_password_is_renewed_when_it_is_used(
    wallet: Wallet, customer: Customer
) -> None:
    store(wallet, customer.id, transaction_password_hash=old_hash(wallet, PIN))
    for given, status, parameters in (("000000", 403, YESTERDAY), (PIN, 201, TODAY)):
        body = payment_body(100, transaction_password=given)
        customer.client.post("/v1/payments", body)
        now = stored(wallet, customer.id).transaction_password_hash or ""
        assert now.startswith(parameters), status
    assert customer.set_pin(current_transaction_password=PIN).status == 204


def test_a_stored_hash_is_worth_nothing_without_the_pepper(
    wallet: Wallet, customer: Customer
) -> None:
    kept = stored(wallet, customer.id).password_hash
    assert kept.startswith(TODAY)
    assert SlowHash(KeyRing(SECRET).derive("password-pepper")).verify(PASSWORD, kept).right
    other = KeyRing("another-secret-of-more-than-32-characters")
    assert not SlowHash(other.derive("password-pepper")).verify(PASSWORD, kept).right
    assert not CryptContext(schemes=["argon2"]).verify(PASSWORD, kept)


def test_128_characters_are_counted_as_characters_and_not_as_bytes(visitor: Visitor) -> None:
    phone = a_phone()
    longest = "a1" + "😀" * 126
    assert len(longest.encode()) > 500
    assert visitor.register(phone, longest).status == 201
    assert visitor.log_in(phone, longest[:-1] + "😁").code == "invalid_credentials"
    assert visitor.log_in(phone, longest).status == 200
    one_more = visitor.register(a_phone(), longest + "😀")
    assert [error["code"] for error in one_more["errors"]] == ["too_long"]


def test_the_length_is_counted_after_normalisation(visitor: Visitor) -> None:
    accents = unicodedata.normalize("NFD", "a1-" + "é" * 125)
    assert len(accents) > 128
    assert visitor.register(a_phone(), accents).status == 201


@pytest.fixture
def no_turn_is_free(wallet: Wallet, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As many hash as may, and none gets done."""
    monkeypatch.setattr(hashing, "LONGEST_WAIT_SECONDS", 0.05)
    turns = wallet.auth.hasher._turns
    taken = 0
    while turns.acquire(blocking=False):
        taken += 1
    yield
    turns.release(taken)


@pytest.mark.usefixtures("no_turn_is_free")
def test_beyond_the_bound_everybody_is_told_to_come_back_known_or_not(
    customer: Customer, visitor: Visitor
) -> None:
    token = visitor.token("reset_password", customer.phone or "")
    answers = [
        visitor.log_in(customer.phone or ""),
        visitor.log_in(a_phone()),
        visitor.register(a_phone()),
        visitor.reset(token),
        customer.client.post("/v1/payments", payment_body(100, transaction_password=PIN)),
    ]
    for answer in answers:
        assert (answer.status, answer.code) == (503, "busy")
        assert answer.headers["Retry-After"] == "1"


@pytest.mark.parametrize(
    ("policy", "password", "broken"),
    [
        ("composition", "orchid river lantern", {"missing_digit"}),
        ("hybrid", "orchid river lantern", set()),
        ("hybrid", "orchidriver", {"missing_digit", "missing_special"}),
        ("nist", "orchid river lantern", set()),
        ("nist", "Orchid-river-7", {"too_short"}),
        ("nist", "my uwallet lantern", {"contains_service_name"}),
    ],
)
def test_the_policy_of_the_setting_rules_every_door(
    policy: str,
    password: str,
    broken: set[str],
    databases: Databases,
    outside: Outside,
    tmp_path: Path,
) -> None:
    with databases.fresh("sqlite") as url:
        wallet = create_wallet(
            test_settings(url, tmp_path, password_policy=policy), edges=outside.edges()
        )
        visitor = Visitor(Client(wallet.app.test_client()), Inbox(outside, Clock(wallet)))
        hints = visitor.client.post("/v1/auth/password-checks", {"password": password})
        registered = visitor.register(a_phone(), password)
        wallet.close()
    assert set(hints["violations"]) == broken
    assert registered.status == (422 if broken else 201)
    assert {error["code"] for error in registered.body.get("errors", [])} == broken
