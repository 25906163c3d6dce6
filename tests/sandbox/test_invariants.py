"""The invariants see what is wrong, name it, and raise no false alarm."""

import threading
from typing import Any

import pytest
import sqlalchemy as sa

from app.edges.protocols import BalanceSource, Charge
from app.ledger.accounts import merchant_account
from app.ledger.holds import hold
from app.ledger.models import Account, Hold
from app.ledger.postings import Entry, post
from app.ledger.queries import wallet_of
from app.ledger.rules import Line, Movement
from app.payments.books import our_book
from app.sandbox.world import World
from tests.sandbox.doors import PLAIN_MERCHANT, Doors, SandboxUser, bound_card
from tests.world.running import RunningWorld, eventually

NAMES = {
    "ledger_sums_to_zero",
    "each_transaction_balances",
    "balances_equal_their_entries",
    "no_balance_negative",
    "held_equals_open_holds",
    "no_hold_without_open_payment",
    "our_book_equals_the_gateways",
    "our_book_equals_the_banks",
}
CARD = "6228481000000000009"


def detail_of(doors: Doors, name: str) -> tuple[bool, bool, str]:
    """Whether all is well, whether this check is, and what it says."""
    answer = doors.get("/invariants")
    assert answer.status == 200, answer.body
    [check] = [check for check in answer["checks"] if check["name"] == name]
    return answer["ok"], check["ok"], check["detail"]


def charge_behind_our_back(doors: Doors, reference: str, amount: int = 500) -> None:
    charge = Charge(reference, amount, "CNY", "usr_x", PLAIN_MERCHANT, BalanceSource(), "")
    doors.wallet.edges.gateway.charge(charge)


def user_id(user: SandboxUser) -> str:
    return str(user.made["user"]["id"])


def test_all_is_well_at_the_beginning_and_after_everything(live: Doors) -> None:
    answer = live.get("/invariants")
    assert answer["ok"]
    assert {check["name"] for check in answer["checks"]} == NAMES
    user = live.user(bank_card=True)
    bound_card(live, user, CARD)
    live.advance(1)
    lines = live.listing("/bank-statements", card_number=CARD)
    assert [line["direction"] for line in lines] == ["debit", "credit"]
    user.move("top-ups", 900)
    user.move("withdrawals", 800)
    user.pay(700)
    user.pay(10**6)
    live.check()


def test_a_charge_that_we_know_nothing_of_is_named(live: Doors) -> None:
    charge_behind_our_back(live, "att_unknown")
    ok, well, said = detail_of(live, "our_book_equals_the_gateways")
    assert (ok, well) == (False, False)
    assert "att_unknown: missing_in_our_book, ours 0, theirs 500 (unexplained)" in said
    assert detail_of(live, "our_book_equals_the_banks")[1]


def test_a_movement_that_the_gateway_knows_nothing_of_is_named(live: Doors) -> None:
    user = live.user()
    with live.wallet.database.transaction() as tx:
        lines = [
            Line(wallet_of(tx, user_id(user)).id, -300),
            Line(merchant_account(PLAIN_MERCHANT), 300),
        ]
        post(tx, Entry(Movement.PAYMENT, "payment", "pay_x", lines, "", "att_x"))
    ok, well, said = detail_of(live, "our_book_equals_the_gateways")
    assert (ok, well) == (False, False)
    assert "att_x: missing_in_their_book, ours 300, theirs 0 (unexplained)" in said


def test_a_difference_that_an_open_payment_explains_is_listed_and_all_is_well(
    live: Doors,
) -> None:
    user = live.user()
    live.fault("gateway", "reset_after")
    attempt = user.pay(500)["attempts"][0]["id"]
    ok, well, said = detail_of(live, "our_book_equals_the_gateways")
    assert (ok, well) == (True, True)
    assert f"{attempt}: missing_in_our_book, ours 0, theirs 500 (explained" in said
    live.advance(60)
    assert "explained" not in detail_of(live, "our_book_equals_the_gateways")[2]
    live.check()


def test_a_payment_in_manual_review_explains_its_difference_too(live: Doors) -> None:
    user = live.user()
    live.fault("gateway", "reset_after")
    live.fault("gateway", "http_500", operation="inquire", times=100)
    payment = user.pay(500)
    live.advance(2 * 86_400)
    with live.wallet.database.snapshot() as tx:
        assert payment["attempts"][0]["id"] in our_book(tx).open_changes
    ok, _, said = detail_of(live, "our_book_equals_the_gateways")
    assert (ok, "explained" in said) == (True, True)


@pytest.mark.parametrize("operation", ["deposit", "reverse_deposit"])
def test_a_deposit_whose_answer_was_lost_explains_its_difference(
    live: Doors, operation: str
) -> None:
    user = live.user()
    live.fault("bank", "reset_after", operation=operation)
    body = {
        "card_number": CARD,
        "holder_name": "张三丰",
        "phone": "+8613800138000",
        "transaction_password": "246810",
    }
    card = user.client.post("/v1/bank-cards", body)
    live.advance(1)
    if operation == "reverse_deposit":
        user.client.post(f"/v1/bank-cards/{card['id']}/unbind", {"transaction_password": "246810"})
        live.advance(1)
    ok, well, said = detail_of(live, "our_book_equals_the_banks")
    assert (ok, well, "explained: " in said) == (True, True, True)
    live.advance(60)
    assert "explained" not in detail_of(live, "our_book_equals_the_banks")[2]
    live.check()


def test_a_hold_without_an_open_payment_is_named(live: Doors) -> None:
    user = live.user()
    with live.wallet.database.transaction() as tx:
        hold(tx, wallet_of(tx, user_id(user)).id, 100, "att_nobodys")
    ok, well, said = detail_of(live, "no_hold_without_open_payment")
    assert (ok, well, "att_nobodys" in said) == (False, False, True)


def test_the_hold_of_an_open_payment_is_no_error(live: Doors) -> None:
    user = live.user()
    live.fault("gateway", "reset_before")
    assert user.pay(500)["status"] == "processing"
    with live.wallet.database.snapshot() as tx:
        assert tx.scalar(sa.select(Hold.amount_minor)) == 500
    live.check()


def test_a_balance_that_its_entries_do_not_make_is_named(live: Doors) -> None:
    user = live.user()
    with live.wallet.database.transaction() as tx:
        wallet_id = wallet_of(tx, user_id(user)).id
        tx.execute(sa.update(Account).where(Account.id == wallet_id).values(balance_minor=1))
    ok, well, said = detail_of(live, "balances_equal_their_entries")
    assert (ok, well, wallet_id in said) == (False, False, True)


def test_books_that_are_not_simulated_are_not_compared(doors: Doors) -> None:
    ok, well, said = detail_of(doors, "our_book_equals_the_gateways")
    assert (ok, well, said) == (True, True, "gateway is not simulated here")


def test_a_payment_made_between_the_two_readings_is_no_alarm(
    live: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = live.user()
    plain = World.charges

    def charges(world: World, reference: str | None = None) -> Any:
        if reference is None:
            assert user.pay(500)["status"] == "succeeded"
        return plain(world, reference)

    monkeypatch.setattr(World, "charges", charges)
    assert detail_of(live, "our_book_equals_the_gateways")[:2] == (True, True)


def test_invariants_hold_at_every_moment_of_a_busy_time(live: Doors) -> None:
    users = [live.user(bank_card=True) for _ in range(3)]
    live.fault("gateway", "reset_after", times=3, after=2)
    stop = threading.Event()
    failed: list[Any] = []

    def be_busy(user: SandboxUser) -> None:
        for number in range(8):
            answer = user.pay(100) if number % 2 else user.move("top-ups", 50)
            if answer.status not in (201, 202):
                failed.append(answer.body)

    def look() -> None:
        while not stop.is_set():
            answer = live.get("/invariants")
            if answer.status != 200 or not answer["ok"]:
                failed.append(answer.body)

    threads = [threading.Thread(target=be_busy, args=(user,)) for user in users]
    watcher = threading.Thread(target=look)
    for thread in [*threads, watcher]:
        thread.start()
    for thread in threads:
        thread.join()
    stop.set()
    watcher.join()
    live.advance(60)
    assert failed == []
    live.check()


def test_a_reset_between_the_two_readings_is_no_alarm(
    live: Doors, world: RunningWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their books are empty already, ours will be at the commit: the second reading waits for it."""
    live.user().pay(500)
    emptied, go_on = threading.Event(), threading.Event()
    plain = World.reset

    def slow_reset(it: World) -> None:
        plain(it)
        emptied.set()
        go_on.wait(30)

    monkeypatch.setattr(World, "reset", slow_reset)
    resetting = threading.Thread(target=lambda: live.post("/reset"))
    resetting.start()
    assert emptied.wait(30)
    answers: list[Any] = []
    looking = threading.Thread(target=lambda: answers.append(live.get("/invariants")))
    looking.start()
    looking.join(0.3)
    go_on.set()
    looking.join(30)
    resetting.join(30)
    [answer] = answers
    assert answer.status == 503 or answer["ok"]
    eventually(lambda: live.get("/invariants")["ok"], 30)
