"""One counter behind every door that asks for the transaction password, over HTTP, in a row and all at once."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.auth.models import BookedTry
from app.edges.results import Problem
from app.factory import Wallet
from tests.auth.test_parallel_guesses import CountingHash, let_booked_tries_grow_old
from tests.client import Answer, Client
from tests.conftest import Clock, Outside
from tests.factories.banking import new_card_body
from tests.factories.people import PIN, Person, create_person, payment_body

WRONG = "135790"
NEW = "305917"
SIX_CALLS_EACH = 6
Knock = Callable[[Client, Person, str], Answer]


def _with_card(path: str) -> Knock:
    def knock(client: Client, person: Person, given: str) -> Answer:
        body = {"bank_card_id": person.card_id, "amount": 100, "currency": "CNY"}
        return client.post(path, body | {"transaction_password": given})

    return knock


def pay(client: Client, person: Person, given: str) -> Answer:
    return client.post("/v1/payments", payment_body(100, transaction_password=given))


def pay_again(client: Client, person: Person, given: str) -> Answer:
    failed = client.get("/v1/payments", status="failed")["data"][0]["id"]
    return client.post(f"/v1/payments/{failed}/retry", {"transaction_password": given})


def transfer(client: Client, person: Person, given: str) -> Answer:
    body = {"recipient": {"user_id": neighbour_of(person)}, "amount": 100, "currency": "CNY"}
    return client.post("/v1/transfers", body | {"transaction_password": given})


def bind(client: Client, person: Person, given: str) -> Answer:
    return client.post("/v1/bank-cards", new_card_body(transaction_password=given))


def unbind(client: Client, person: Person, given: str) -> Answer:
    path = f"/v1/bank-cards/{person.card_id}/unbind"
    return client.post(path, {"transaction_password": given})


def change(client: Client, person: Person, given: str) -> Answer:
    body = {"transaction_password": NEW, "transaction_password_confirmation": NEW}
    path = "/v1/auth/transaction-password"
    return client.put(path, body | {"current_transaction_password": given})


def raise_the_limit(client: Client, person: Person, given: str) -> Answer:
    body = {"password_free_limit": 90_000, "transaction_password": given}
    return client.patch("/v1/me", body)


DOORS: dict[str, Knock] = {
    "pay": pay,
    "pay again": pay_again,
    "transfer": transfer,
    "top up": _with_card("/v1/top-ups"),
    "withdraw": _with_card("/v1/withdrawals"),
    "bind": bind,
    "unbind": unbind,
    "change": change,
    "raise the password-free limit": raise_the_limit,
}


def neighbour_of(person: Person) -> str:
    """Somebody else's id: the other user that the fixture made."""
    with person.wallet.database.snapshot() as tx:
        found = tx.execute(
            sa.text("SELECT id FROM users WHERE id <> :own"), {"own": person.user_id}
        ).scalars()
        return str(found.first())


@pytest.fixture
def person(wallet: Wallet, outside: Outside) -> Person:
    """Somebody with money, a card, a payment that failed, and a neighbour."""
    create_person(wallet)
    made = create_person(wallet, card=True)
    outside.gateway.script.append(Problem.MAINTENANCE)
    assert made.pay(100)["status"] == "failed"
    return made


def test_every_door_counts_under_one_counter_and_the_lock_closes_them_all(
    person: Person, clock: Clock
) -> None:
    knocks = list(DOORS.values())
    for group in (knocks[:5], knocks[4:]):
        answers = [knock(person.client, person, WRONG) for knock in group]
        assert {answer.code for answer in answers} == {"transaction_password_incorrect"}
        assert [answer["attempts_remaining"] for answer in answers] == [4, 3, 2, 1, 0]
        for door, knock in DOORS.items():
            met = knock(person.client, person, PIN)
            assert (met.status, met.code) == (403, "transaction_password_locked"), door
            assert 1700 < met["retry_after"] <= 1800
        clock.jump_to(clock.now() + timedelta(minutes=31))
        person = _signed_in_again(person)


def _signed_in_again(person: Person) -> Person:
    return Person(
        person.wallet, person.user_id, person.identifier, person.signed_in_again(), person.card_id
    )


NO_TRANSACTION_PASSWORDS: list[object] = ["", "1" * 65, 246810, True, ["246810"], {}]


def test_what_has_not_the_shape_is_refused_at_every_door_alike_and_costs_no_try(
    person: Person,
) -> None:
    for door, knock in DOORS.items():
        for given in NO_TRANSACTION_PASSWORDS:
            met = knock(person.client, person, given)  # type: ignore[arg-type]  # as a careless app would
            assert (met.status, met.code) == (422, "validation_failed"), (door, given)
            assert met["errors"][0]["pointer"].endswith("transaction_password"), door
    assert pay(person.client, person, WRONG)["attempts_remaining"] == 4


@pytest.mark.parametrize("given", ["1", "24681", "2468100", "１２３４５６", "1" * 64, " 246810"])
def test_whatever_else_is_typed_is_judged_at_every_door_and_costs_a_try(
    person: Person, given: str
) -> None:
    doors = list(DOORS.items())[:5] if given < "2" else list(DOORS.items())[4:]
    for left, (door, knock) in zip((4, 3, 2, 1, 0), doors, strict=True):
        met = knock(person.client, person, given)
        assert met.code == "transaction_password_incorrect", (door, given)
        assert met["attempts_remaining"] == left, door


@pytest.mark.usefixtures("many_turns")
def test_of_parallel_guesses_through_every_door_five_are_judged(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    hasher = person.wallet.auth.hasher
    counting = CountingHash(hasher.slow)
    monkeypatch.setattr(hasher, "slow", counting)

    def call(knock: Knock) -> str:
        client = Client(person.wallet.app.test_client(), person.client.headers)
        return knock(client, person, WRONG).code

    knocks = list(DOORS.values()) * SIX_CALLS_EACH
    with ThreadPoolExecutor(len(knocks)) as pool:
        results = Counter(pool.map(call, knocks))

    judged = results["transaction_password_incorrect"]
    assert judged == counting.verified == 5
    assert set(results) <= {
        "transaction_password_incorrect",
        "transaction_password_locked",
        "busy",
    }
    assert pay(person.client, person, PIN).code == "transaction_password_locked"


def test_a_process_that_is_killed_between_count_and_comparison_has_used_up_a_try(
    person: Person, tmp_path: Path
) -> None:
    killed = subprocess.run(
        [sys.executable, "-m", "tests.auth.dying", str(tmp_path), person.user_id],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"WALLET_DATABASE_URL": person.wallet.settings.database_url},
        check=False,
        timeout=60,
    )
    assert killed.returncode == -signal.SIGKILL
    with person.wallet.database.snapshot() as tx:
        assert tx.scalar(sa.select(sa.func.count()).select_from(BookedTry)) == 1

    let_booked_tries_grow_old(person.wallet)

    assert pay(person.client, person, WRONG)["attempts_remaining"] == 3
    assert pay(person.client, person, PIN).status == 201
