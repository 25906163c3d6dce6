"""Double entry, held by our code and, behind it, by the database itself."""

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import DatabaseError

from app.core.clock import rfc3339
from app.core.database import Transaction
from app.core.ids import new_id
from app.factory import Wallet
from app.ledger.accounts import merchant_account, open_wallet, operator_account
from app.ledger.errors import (
    HoldClosedError,
    InsufficientBalanceError,
    ReversedAlreadyError,
)
from app.ledger.holds import capture, hold, release
from app.ledger.invariants import check_ledger
from app.ledger.models import Account, LedgerTransaction, Posting
from app.ledger.postings import Entry, post
from app.ledger.queries import balance_at, wallet_of
from app.ledger.reversals import reverse
from app.ledger.rules import AccountKind, Line, Movement, UnbalancedError, check_balanced
from app.ledger.trial_balance import totals, trial_balance
from tests.conftest import Clock, Outside
from tests.factories.people import create_person
from tests.fakes import Lost

FUNDING = operator_account(AccountKind.SANDBOX_FUNDING)
MERCHANT = merchant_account("mch_star_coffee")


def entry(*lines: tuple[str, int]) -> Entry:
    return Entry(Movement.ADJUSTMENT, "test", "test", [Line(*line) for line in lines], "test")


@pytest.fixture
def funded(wallet: Wallet) -> str:
    """The id of a wallet with 1000."""
    with wallet.database.transaction() as tx:
        wallet_id = open_wallet(tx, "usr_test")
        post(tx, entry((wallet_id, 1000), (FUNDING, -1000)))
    return wallet_id


def balances(wallet: Wallet) -> tuple[int, int]:
    with wallet.database.snapshot() as tx:
        money = wallet_of(tx, "usr_test")
        assert [check for check in check_ledger(tx) if not check.ok] == []
    return money.available, money.held


@given(st.lists(st.integers(-(10**9), 10**9), max_size=5))
def test_only_lines_that_sum_to_zero_balance(amounts: list[int]) -> None:
    lines = [Line(f"acc_{number}", amount) for number, amount in enumerate(amounts)]
    if len(amounts) >= 2 and 0 not in amounts and sum(amounts) == 0:
        check_balanced(lines)
    else:
        with pytest.raises(UnbalancedError):
            check_balanced(lines)


@given(st.lists(st.integers(-(10**9), 10**9).filter(bool), min_size=1, max_size=5))
def test_the_last_line_that_makes_the_sum_zero_balances_any_others(amounts: list[int]) -> None:
    closing = -sum(amounts)
    lines = [Line(f"acc_{number}", amount) for number, amount in enumerate([*amounts, closing])]
    if closing:
        check_balanced(lines)


def test_held_money_is_not_available_and_can_be_captured_once(wallet: Wallet, funded: str) -> None:
    with wallet.database.transaction() as tx:
        hold(tx, funded, 300, "att_1")
    assert balances(wallet) == (700, 300)
    spend = entry((funded, -300), (MERCHANT, 300))
    with wallet.database.transaction() as tx:
        capture(tx, "att_1", spend)
    assert balances(wallet) == (700, 0)
    for again in (lambda tx: capture(tx, "att_1", spend), lambda tx: release(tx, "att_1")):
        with pytest.raises(HoldClosedError), wallet.database.transaction() as tx:
            again(tx)
    assert balances(wallet) == (700, 0)


def test_released_money_is_available_again(wallet: Wallet, funded: str) -> None:
    with wallet.database.transaction() as tx:
        hold(tx, funded, 300, "att_1")
    with wallet.database.transaction() as tx:
        release(tx, "att_1")
    assert balances(wallet) == (1000, 0)


def test_neither_a_hold_nor_a_posting_goes_beyond_what_is_available(
    wallet: Wallet, funded: str
) -> None:
    with wallet.database.transaction() as tx:
        hold(tx, funded, 600, "att_1")
    with pytest.raises(InsufficientBalanceError), wallet.database.transaction() as tx:
        hold(tx, funded, 401, "att_2")
    with pytest.raises(InsufficientBalanceError), wallet.database.transaction() as tx:
        post(tx, entry((funded, -401), (MERCHANT, 401)))
    assert balances(wallet) == (400, 600)


def test_a_balance_can_be_told_for_any_moment(wallet: Wallet, funded: str) -> None:
    with wallet.database.snapshot() as tx:
        before = tx.now
    with wallet.database.transaction() as tx:
        later = tx.now
        post(tx, entry((funded, -100), (MERCHANT, 100)))
    with wallet.database.snapshot() as tx:
        assert balance_at(tx, funded, later) == 900
        assert balance_at(tx, funded, before) in {900, 1000}  # both within one millisecond
        assert balance_at(tx, funded, before.replace(year=2000)) == 0


def test_a_booked_movement_is_undone_by_its_opposite_once(wallet: Wallet, funded: str) -> None:
    with wallet.database.transaction() as tx:
        paid = post(tx, entry((funded, -100), (MERCHANT, 100)))
    with wallet.database.transaction() as tx:
        undone = reverse(tx, paid, "booked by mistake")
    assert balances(wallet) == (1000, 0)
    with wallet.database.snapshot() as tx:
        assert tx.get_one(LedgerTransaction, undone).reverses_id == paid
        assert tx.get(LedgerTransaction, paid) is not None
    with pytest.raises(ReversedAlreadyError), wallet.database.transaction() as tx:
        reverse(tx, paid, "again")
    assert balances(wallet) == (1000, 0)


def test_what_was_spent_meanwhile_cannot_be_taken_back(wallet: Wallet, funded: str) -> None:
    with wallet.database.transaction() as tx:
        received = post(tx, entry((funded, 500), (FUNDING, -500)))
        post(tx, entry((funded, -1200), (MERCHANT, 1200)))
    with pytest.raises(InsufficientBalanceError), wallet.database.transaction() as tx:
        reverse(tx, received, "booked by mistake")
    assert balances(wallet) == (300, 0)


def test_the_trial_balance_names_every_account_and_sums_to_zero(
    wallet: Wallet, funded: str
) -> None:
    with wallet.database.transaction() as tx:
        post(tx, entry((funded, -100), (MERCHANT, 100)))
    with wallet.database.snapshot() as tx:
        found = trial_balance(tx)
    by_id = {each.account_id: each.balance_minor for each in found}
    assert (by_id[funded], by_id[MERCHANT], by_id[FUNDING]) == (900, 100, -1000)
    assert totals(found) == {"CNY": 0}
    printed = wallet.app.test_cli_runner().invoke(args=["ledger", "trial-balance"])
    assert printed.exit_code == 0
    assert f"             900 CNY  user_wallet        {funded}" in printed.output.splitlines()
    assert "               0 CNY  in total" in printed.output.splitlines()


def test_a_user_sees_the_wallet_of_any_moment_held_money_included(
    wallet: Wallet, outside: Outside, clock: Clock
) -> None:
    payer = create_person(wallet, balance=1000)
    clock.advance(minutes=1)
    outside.gateway.script.append(Lost())
    payer.pay(300)
    meanwhile = clock.now()
    clock.advance(minutes=1)
    then = payer.client.get("/v1/wallet", at=rfc3339(meanwhile))
    assert (then["available"], then["held"], then["total"]) == (700, 300, 1000)
    assert then["as_of"] == rfc3339(meanwhile)
    now = payer.client.get("/v1/wallet")
    assert (now["available"], now["held"], now["total"]) == (700, 0, 700)
    begin = payer.client.get("/v1/wallet", at="2020-01-01T00:00:00Z")
    assert (begin["available"], begin["held"], begin["total"]) == (0, 0, 0)


def test_the_future_of_a_wallet_is_not_told(wallet: Wallet) -> None:
    answer = create_person(wallet).client.get("/v1/wallet", at="2199-01-01T00:00:00Z")
    assert (answer.status, answer.code) == (422, "validation_failed")
    assert [(it["pointer"], it["code"]) for it in answer["errors"]] == [("/at", "in_the_future")]


FORBIDDEN = {
    "a posting is changed": sa.update(Posting).values(amount_minor=1),
    "a posting is deleted": sa.delete(Posting),
    "a transaction is changed": sa.update(LedgerTransaction).values(description="x"),
    "a transaction is deleted": sa.delete(LedgerTransaction),
    "a wallet falls below zero": sa.update(Account).values(balance_minor=-1),
    "a wallet holds more than it has": sa.update(Account).values(held_minor=1001),
    "a merchant gets a running balance": sa.update(Account)
    .where(Account.id == MERCHANT)
    .values(balance_minor=1),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_the_database_itself_refuses_that(wallet: Wallet, funded: str, what: str) -> None:
    with pytest.raises(DatabaseError), wallet.database.transaction() as tx:
        tx.execute(FORBIDDEN[what])
    assert balances(wallet) == (1000, 0)


def _insert(tx: Transaction, transaction_id: str, *amounts: int, seal: bool = True) -> None:
    accounts = [FUNDING, MERCHANT, operator_account(AccountKind.GOODWILL)]
    for account_id, amount in zip(accounts, amounts, strict=False):
        tx.execute(
            sa.insert(Posting).values(
                id=new_id("pst"),
                transaction_id=transaction_id,
                account_id=account_id,
                currency="CNY",
                amount_minor=amount,
                created_at=tx.now,
            )
        )
    if seal:
        tx.execute(
            sa.insert(LedgerTransaction).values(
                id=transaction_id,
                movement="adjustment",
                reference_type="test",
                reference_id="test",
                description="",
                created_at=tx.now,
            )
        )


@pytest.mark.parametrize(
    ("amounts", "seal"),
    [((5, -4), True), ((5,), True), ((), True), ((5, -5), False)],
    ids=["unbalanced", "one line", "no line", "never sealed"],
)
def test_the_database_takes_no_such_transaction(
    wallet: Wallet, amounts: tuple[int, ...], seal: bool
) -> None:
    with pytest.raises(DatabaseError), wallet.database.transaction() as tx:
        _insert(tx, "ltx_bad", *amounts, seal=seal)


def test_nothing_is_added_to_a_sealed_transaction(wallet: Wallet) -> None:
    with wallet.database.transaction() as tx:
        _insert(tx, "ltx_1", 5, -5)
    with pytest.raises(DatabaseError), wallet.database.transaction() as tx:
        _insert(tx, "ltx_1", 7, seal=False)
