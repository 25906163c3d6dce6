"""Ready users and agents in one call."""

import pytest
import sqlalchemy as sa

from app.auth.hashing import SlowHash
from app.auth.models import User
from tests.sandbox.doors import Doors


def test_a_user_made_without_a_wish_is_signed_in_and_has_money(doors: Doors) -> None:
    answer = doors.post("/users", {})
    assert answer.status == 201
    assert set(answer.body) == {
        "user",
        "identifier",
        "password",
        "transaction_password",
        "access_token",
        "refresh_token",
    }
    assert (answer["password"], answer["transaction_password"]) == ("Sandbox-pass-1", "246810")
    assert answer["identifier"] in (answer["user"]["phone"], answer["user"]["email"])
    assert answer["user"]["has_transaction_password"]
    wallet = doors.client.as_bearer(answer["access_token"]).get("/v1/wallet")
    assert (wallet["available"], wallet["held"], wallet["currency"]) == (100_000, 0, "CNY")


def test_what_is_wished_for_is_given(doors: Doors) -> None:
    user = doors.user(
        phone="+8613712345678",
        email="li@example.test",
        password="Orchid-river-42",
        transaction_password="305917",
        balance=7,
        locale="en",
    )
    made = user.made
    assert (made["user"]["phone"], made["user"]["email"]) == ("+8613712345678", "li@example.test")
    assert made["user"]["locale"] == "en"
    assert (made["password"], made["transaction_password"]) == ("Orchid-river-42", "305917")
    assert user.client.get("/v1/wallet")["total"] == 7
    assert user.pay(7)["status"] == "succeeded"


def test_the_money_of_a_new_user_is_a_movement_like_any_other(doors: Doors) -> None:
    user = doors.user(balance=500)
    [entry] = user.client.get("/v1/wallet/entries")["data"]
    assert (entry["type"], entry["amount"], entry["balance_after"]) == ("adjustment", 500, 500)
    doors.check()


def test_a_user_without_money_has_no_movement(doors: Doors) -> None:
    user = doors.user(balance=0)
    assert user.client.get("/v1/wallet/entries")["data"] == []
    assert user.pay(1)["failure"]["code"] == "wallet_balance"


def test_a_card_that_is_wished_for_is_active_and_pays(live: Doors) -> None:
    user = live.user(bank_card=True)
    [card] = user.client.get("/v1/bank-cards")["data"]
    assert (card["id"], card["status"], card["is_default"]) == (user.card_id, "active", True)
    assert user.move("top-ups", 300)["status"] == "succeeded"
    assert user.move("withdrawals", 200)["status"] == "succeeded"
    assert user.pay(100, source={"type": "bank_card", "id": card["id"]})["status"] == "succeeded"
    assert user.client.get("/v1/wallet")["total"] == 100_100
    live.check()


def test_a_bank_that_is_away_leaves_no_user_behind(live: Doors) -> None:
    live.fault("bank", "reset_before", operation="tokenise")
    answer = live.post("/users", {"bank_card": True})
    assert (answer.status, answer.code) == (503, "bank_unavailable")
    with live.wallet.database.snapshot() as tx:
        assert tx.scalar(sa.select(sa.func.count()).select_from(User)) == 0


def test_a_taken_identifier_is_refused_and_changes_nothing(doors: Doors) -> None:
    first = doors.user(email="li@example.test")
    for wish in ({"email": "li@example.test"}, {"email": "LI@example.test", "balance": 5}):
        answer = doors.post("/users", wish)
        assert (answer.status, answer.code) == (409, "identifier_taken")
    assert first.client.get("/v1/wallet")["total"] == 100_000


@pytest.mark.parametrize(
    ("wish", "code", "violation"),
    [
        ({"password": "short1!"}, "password_rejected", "too_short"),
        ({"transaction_password": "111111"}, "transaction_password_rejected", "repeated_digits"),
    ],
)
def test_a_password_must_satisfy_the_rules_here_too(
    doors: Doors, wish: dict[str, object], code: str, violation: str
) -> None:
    answer = doors.post("/users", wish)
    assert (answer.status, answer.code) == (422, code)
    assert violation in [error["code"] for error in answer["errors"]]


@pytest.mark.parametrize(
    ("wish", "pointer"),
    [
        ({"balance": -1}, "/balance"),
        ({"balance": 10**12 + 1}, "/balance"),
        ({"balance": 1.0}, "/balance"),
        ({"balance": "1"}, "/balance"),
        ({"bank_card": "yes"}, "/bank_card"),
        ({"locale": "fr"}, "/locale"),
        ({"phone": "li@example.test"}, "/phone"),
        ({"email": "+8613712345678"}, "/email"),
        ({"phone": "13712345678"}, "/phone"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_a_wish_of_the_wrong_shape_is_refused(
    doors: Doors, wish: dict[str, object], pointer: str
) -> None:
    answer = doors.post("/users", wish)
    assert (answer.status, answer.code) == (422, "validation_failed")
    assert [error["pointer"] for error in answer["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("wish", "total"),
    [
        ({"phone": "+8619900000001"}, 0),
        ({"email": "empty-wallet@sandbox.test"}, 0),
        ({"email": "Empty-Wallet+two@sandbox.test"}, 0),
        ({"email": "empty-wallet@sandbox.test", "balance": 9}, 9),
        ({"email": "empty-wallet@example.test"}, 100_000),
    ],
)
def test_an_identifier_that_is_a_trigger_brings_an_empty_wallet(
    doors: Doors, wish: dict[str, object], total: int
) -> None:
    assert doors.user(**wish).client.get("/v1/wallet")["total"] == total


def test_a_user_takes_milliseconds_since_nothing_is_hashed_for_it(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    doors.user()  # the fixed passwords are hashed once per process
    hashed: list[str] = []
    monkeypatch.setattr(SlowHash, "hash", lambda _, password: hashed.append(password) or "x")
    for _ in range(3):
        doors.user()
    assert hashed == []
    doors.user(password="Orchid-river-42")
    assert hashed == ["Orchid-river-42"]


@pytest.mark.parametrize("role", ["agent", "supervisor", "admin"])
def test_an_agent_is_ready_in_one_call(doors: Doors, role: str) -> None:
    answer = doors.post("/agents", {"role": role})
    assert answer.status == 201
    assert set(answer.body) == {"agent", "email", "password", "totp_secret", "access_token"}
    assert set(answer["agent"]) == {"id", "email", "display_name", "role"}
    assert (answer["agent"]["role"], answer["agent"]["email"]) == (role, answer["email"])
    assert len(answer["totp_secret"]) >= 32


def test_an_agent_is_of_the_lowest_role_unless_said(doors: Doors) -> None:
    assert doors.post("/agents", {})["agent"]["role"] == "agent"
    assert doors.post("/agents", {"role": "king"}).code == "validation_failed"
