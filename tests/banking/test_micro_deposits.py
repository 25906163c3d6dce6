"""The deposit and its claw-back: in the ledger, and once each on the statement, whatever the bank answers."""

from collections import deque
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.banking.models import DepositAttempt
from app.banking.operations import BankingDependencies
from app.banking.operations.claw_back_micro_deposit import claw_back_micro_deposit
from app.banking.operations.post_micro_deposit import post_micro_deposit
from app.banking.operations.settle_micro_deposit import settle_micro_deposit
from app.edges.results import Problem
from app.factory import Wallet
from app.ledger.invariants import check_ledger
from app.ledger.models import LedgerTransaction, Posting
from tests.banking.conftest import Cardholder
from tests.conftest import Clock, Outside
from tests.fakes import Lost, Unanswered

CERTAINLY_NOT = [Problem.CONNECTION_REFUSED, Problem.DECLINED, Problem.CARD_FROZEN]
UNSURE = [Lost(Problem.CONNECTION_RESET), Unanswered(Problem.READ_TIMEOUT)]


def movements(wallet: Wallet) -> list[tuple[str, int]]:
    """What the ledger says went to the bank and came back: (movement, fen), oldest first."""
    with wallet.database.snapshot() as tx:
        assert all(check.ok for check in check_ledger(tx))
        rows = tx.execute(
            sa.select(LedgerTransaction.movement, Posting.amount_minor)
            .join(Posting, Posting.transaction_id == LedgerTransaction.id)
            .where(Posting.account_id == "acc_bank_clearing_cny")
            .order_by(LedgerTransaction.id)
        )
        return [(movement, amount) for movement, amount in rows]


def deposit_status(holder: Cardholder, card_id: str) -> str:
    return str(holder.card(card_id)["verification"]["deposit_status"])


def test_the_deposit_is_recorded_under_the_reference_that_the_bank_knows(
    li: Cardholder, wallet: Wallet, outside: Outside
) -> None:
    card_id = li.bind_and_wait()

    (deposit,) = outside.bank.deposits
    assert deposit_status(li, card_id) == "sent"
    assert movements(wallet) == [("micro_deposit", deposit.amount_minor)]
    with wallet.database.snapshot() as tx:
        entry = tx.scalars(sa.select(LedgerTransaction)).one()
    assert (entry.external_reference, entry.reference_id) == (deposit.reference, card_id)
    assert str(deposit.amount_minor) not in deposit.description


def end_by_confirming(li: Cardholder, card_id: str, clock: Clock) -> None:
    li.confirm(card_id, li.statement_amount())


def end_by_failing(li: Cardholder, card_id: str, clock: Clock) -> None:
    for _ in range(3):
        li.confirm(card_id, 0)


def end_by_expiring(li: Cardholder, card_id: str, clock: Clock) -> None:
    clock.advance(days=10)


def end_by_unbinding(li: Cardholder, card_id: str, clock: Clock) -> None:
    li.unbind(card_id)


ENDS = [end_by_confirming, end_by_failing, end_by_expiring, end_by_unbinding]


@pytest.mark.parametrize("end", ENDS)
def test_the_deposit_goes_back_however_the_verification_ends(
    li: Cardholder, wallet: Wallet, outside: Outside, clock: Clock, end: Any
) -> None:
    card_id = li.bind_and_wait()
    amount = li.statement_amount()

    end(li, card_id, clock)
    clock.run_due()

    assert deposit_status(li, card_id) == "returned"
    assert movements(wallet) == [("micro_deposit", amount), ("claw_back", -amount)]
    assert [r.deposit_reference for r in outside.bank.reversals] == [
        outside.bank.deposits[0].reference
    ]


def test_the_claw_back_comes_once_however_often_it_is_asked_for(
    li: Cardholder, outside: Outside, clock: Clock, banking: BankingDependencies
) -> None:
    card_id = li.active_card()
    li.unbind(card_id)
    clock.advance(days=30)

    claw_back_micro_deposit(banking, card_id)
    post_micro_deposit(banking, card_id)

    assert (len(outside.bank.deposits), len(outside.bank.reversals)) == (1, 1)


def test_a_deposit_that_was_never_sent_is_not_clawed_back(
    li: Cardholder, wallet: Wallet, outside: Outside, clock: Clock
) -> None:
    card_id = li.bind()["id"]
    li.unbind(card_id)

    clock.advance(days=11)

    assert outside.bank.deposits == outside.bank.reversals == []
    assert movements(wallet) == []
    assert deposit_status(li, card_id) == "pending"


@pytest.mark.parametrize("problem", CERTAINLY_NOT)
def test_a_refused_deposit_is_sent_again_under_another_reference(
    li: Cardholder, wallet: Wallet, outside: Outside, clock: Clock, problem: Problem
) -> None:
    card_id = li.bind()["id"]
    outside.bank.script = deque([problem])
    clock.run_due()
    assert deposit_status(li, card_id) == "pending"

    clock.advance(seconds=5)

    assert deposit_status(li, card_id) == "sent"
    with wallet.database.snapshot() as tx:
        attempts = tx.scalars(sa.select(DepositAttempt).order_by(DepositAttempt.id)).all()
    assert [attempt.status for attempt in attempts] == ["failed", "succeeded"]
    assert attempts[0].problem == problem


@pytest.mark.parametrize("step", UNSURE)
def test_an_unanswered_deposit_is_settled_by_inquiry_and_never_sent_twice(
    li: Cardholder, wallet: Wallet, outside: Outside, clock: Clock, step: Any
) -> None:
    card_id = li.bind()["id"]
    outside.bank.script = deque([step])
    clock.run_due()
    assert deposit_status(li, card_id) == "pending"

    clock.advance(minutes=1)

    assert deposit_status(li, card_id) == "sent"
    assert len(outside.bank.deposits) == 1
    assert movements(wallet) == [("micro_deposit", li.statement_amount())]


def test_a_bank_that_answers_no_inquiry_is_asked_on_schedule(
    li: Cardholder, outside: Outside, clock: Clock
) -> None:
    card_id = li.bind()["id"]
    outside.bank.script = deque([Lost()])
    clock.run_due()
    outside.bank.inquiries_fail = 5

    clock.advance(seconds=61)
    assert outside.bank.inquiries_fail == 0
    assert deposit_status(li, card_id) == "pending"
    clock.advance(minutes=4)

    assert deposit_status(li, card_id) == "sent"


def test_the_bank_is_asked_once_a_day_behind_the_schedule(
    li: Cardholder, outside: Outside, clock: Clock
) -> None:
    card_id = li.bind()["id"]
    outside.bank.script = deque([Lost()])
    clock.run_due()
    outside.bank.inquiries_fail = 11

    clock.advance(days=3, seconds=10)
    assert deposit_status(li, card_id) == "pending"
    clock.advance(days=1)

    assert deposit_status(li, card_id) == "sent"


@pytest.mark.parametrize("step", UNSURE)
def test_a_deposit_in_question_when_its_card_is_unbound_ends_even(
    li: Cardholder, wallet: Wallet, outside: Outside, clock: Clock, step: Any
) -> None:
    card_id = li.bind()["id"]
    outside.bank.script = deque([step])
    clock.run_due()
    assert li.unbind(card_id).status == 200

    clock.advance(days=1)

    assert len(outside.bank.deposits) == len(outside.bank.reversals)
    assert sum(amount for _, amount in movements(wallet)) == 0
    assert len(movements(wallet)) == 2 * len(outside.bank.deposits)


@pytest.mark.parametrize("step", [*CERTAINLY_NOT, *UNSURE])
def test_a_claw_back_comes_through_whatever_the_bank_does_first(
    li: Cardholder, wallet: Wallet, outside: Outside, clock: Clock, step: Any
) -> None:
    card_id = li.bind_and_wait()
    li.unbind(card_id)
    outside.bank.script = deque([step])

    clock.run_due()
    assert deposit_status(li, card_id) == "sent"
    clock.advance(seconds=5)

    assert deposit_status(li, card_id) == "returned"
    assert len(outside.bank.reversals) == 1
    assert [movement for movement, _ in movements(wallet)] == ["micro_deposit", "claw_back"]


def test_a_late_answer_to_a_settled_attempt_changes_nothing(
    li: Cardholder, wallet: Wallet, outside: Outside, banking: BankingDependencies, clock: Clock
) -> None:
    card_id = li.bind_and_wait()

    settle_micro_deposit(banking, outside.bank.deposits[0].reference)
    settle_micro_deposit(banking, "dep_unknown")
    post_micro_deposit(banking, card_id)
    post_micro_deposit(banking, "card_unknown")

    assert len(movements(wallet)) == 1
    assert clock.run_due() == 0


def test_a_crash_between_recording_and_asking_loses_nothing(
    li: Cardholder, outside: Outside, banking: BankingDependencies, clock: Clock, wallet: Wallet
) -> None:
    card_id = li.bind()["id"]

    def die(*_: object) -> Any:
        raise SystemExit

    outside.bank.deposit = die  # type: ignore[method-assign]
    with pytest.raises(SystemExit):
        post_micro_deposit(banking, card_id)
    del outside.bank.deposit
    clock.advance(minutes=1)

    assert deposit_status(li, card_id) == "sent"
    assert len(outside.bank.deposits) == 1
    assert len(movements(wallet)) == 1


def test_a_deposit_on_the_statement_is_confirmed_though_the_bank_s_answer_was_lost(
    li: Cardholder, wallet: Wallet, outside: Outside, clock: Clock
) -> None:
    card_id = li.bind()["id"]
    outside.bank.script = deque([Lost()])
    clock.run_due()
    assert deposit_status(li, card_id) == "pending"

    confirmed = li.confirm(card_id, li.statement_amount())

    assert (confirmed.status, confirmed["status"]) == (200, "active")
    clock.advance(minutes=1)
    assert len(outside.bank.deposits) == len(outside.bank.reversals) == 1
    assert [movement for movement, _ in movements(wallet)] == ["micro_deposit", "claw_back"]


def test_asking_to_confirm_a_deposit_that_never_came_cancels_nothing(
    li: Cardholder, outside: Outside, clock: Clock
) -> None:
    card_id = li.bind()["id"]
    outside.bank.script = deque([Unanswered()])
    clock.run_due()

    assert li.confirm(card_id, 1).code == "micro_deposit_not_sent"
    assert outside.bank.cancelled == set()
    assert li.card(card_id)["verification"]["attempts_remaining"] == 3


def test_the_deposit_waits_for_its_delay(
    li: Cardholder, outside: Outside, banking: BankingDependencies, clock: Clock
) -> None:
    object.__setattr__(banking, "micro_deposit_delay", timedelta(hours=2))
    card_id = li.bind_and_wait()
    assert li.confirm(card_id, 1).code == "micro_deposit_not_sent"

    clock.advance(hours=2)

    assert deposit_status(li, card_id) == "sent"
