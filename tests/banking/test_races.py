"""Two at once: whatever the interleaving, one wins and the other is told why."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from app.banking.operations import BankingDependencies
from app.banking.operations.post_micro_deposit import post_micro_deposit
from app.banking.reservations import release_card, reserve_card
from app.core.errors import Refusal
from app.factory import Wallet
from tests.banking.conftest import Accounts, Cardholder
from tests.conftest import Clock, Outside
from tests.factories.banking import card_number, ready_card

ROUNDS = 5


def at_once(*actions: Callable[[], Any]) -> Sequence[Any]:
    """Start every action at the same moment and return what each one returned."""
    gate = threading.Barrier(len(actions))

    def run(action: Callable[[], Any]) -> Any:
        gate.wait()
        return action()

    with ThreadPoolExecutor(len(actions)) as pool:
        return [future.result() for future in [pool.submit(run, action) for action in actions]]


def test_of_a_movement_and_an_unbinding_exactly_one_wins(
    li: Cardholder, wallet: Wallet, banking: BankingDependencies
) -> None:
    def reserve(card_id: str) -> str:
        try:
            with wallet.database.transaction() as tx:
                reserve_card(tx, li.id, card_id, f"top_{card_id}")
        except Refusal as refusal:
            return refusal.code
        return "reserved"

    for _ in range(ROUNDS):
        card_id = ready_card(banking, li.id)
        reserved, unbound = at_once(partial(reserve, card_id), partial(li.unbind, card_id))
        if reserved == "reserved":
            assert (unbound.status, unbound.code) == (409, "bank_card_in_use")
            with wallet.database.transaction() as tx:
                release_card(tx, f"top_{card_id}")
            li.unbind(card_id)
        else:
            assert (reserved, unbound.status) == ("bank_card_not_active", 200)


def test_a_movement_that_reserves_while_the_password_is_checked_wins(
    li: Cardholder, wallet: Wallet, banking: BankingDependencies, accounts: Accounts
) -> None:
    card_id = ready_card(banking, li.id)

    def reserve() -> None:
        with wallet.database.transaction() as tx:
            reserve_card(tx, li.id, card_id, "top_1")

    accounts.meanwhile = reserve
    answer = li.unbind(card_id)

    assert (answer.status, answer.code) == (409, "bank_card_in_use")
    assert li.card(card_id)["status"] == "active"


def test_an_unbinding_while_another_ones_password_is_checked_wins(
    li: Cardholder, banking: BankingDependencies, accounts: Accounts
) -> None:
    card_id = ready_card(banking, li.id)

    def unbind_elsewhere() -> None:
        accounts.meanwhile = lambda: None
        assert li.unbind(card_id).status == 200

    accounts.meanwhile = unbind_elsewhere
    answer = li.unbind(card_id)

    assert (answer.status, answer.code) == (409, "bank_card_not_active")


def test_a_number_that_becomes_active_while_the_password_is_checked_is_refused(
    li: Cardholder, wang: Cardholder, banking: BankingDependencies, accounts: Accounts
) -> None:
    number = card_number()
    accounts.meanwhile = lambda: ready_card(banking, wang.id, number)

    answer = li.bind(number)

    assert (answer.status, answer.code) == (409, "card_not_eligible")


def test_parallel_guesses_get_three_answers_at_most(li: Cardholder) -> None:
    card_id = li.bind_and_wait()

    answers = at_once(*[lambda: li.confirm(card_id, 0)] * 8)

    evaluated = [answer for answer in answers if answer.code == "micro_deposit_incorrect"]
    assert sorted(answer["attempts_remaining"] for answer in evaluated) == [0, 1, 2]
    assert {answer.code for answer in answers if answer not in evaluated} == {"verification_failed"}


def test_parallel_bindings_stay_within_the_limit(li: Cardholder) -> None:
    answers = at_once(*[li.bind] * 10)

    assert sorted(answer.status for answer in answers) == [201] * 5 + [409] * 5
    refused = {answer.code for answer in answers if answer.status == 409}
    assert refused == {"too_many_bank_cards"}


def test_parallel_bindings_of_one_number_stay_within_three(li: Cardholder) -> None:
    number = card_number()

    answers = at_once(*[lambda: li.bind(number)] * 6)

    assert sorted(answer.status for answer in answers) == [201] * 3 + [409] * 3


def test_a_number_confirmed_by_two_users_at_once_is_active_for_one(
    li: Cardholder, wang: Cardholder
) -> None:
    for _ in range(ROUNDS):
        number = card_number()
        mine, other = li.bind_and_wait(number), wang.bind_and_wait(number)

        answers = at_once(
            partial(li.confirm, mine, li.statement_amount()),
            partial(wang.confirm, other, wang.statement_amount()),
        )

        assert sorted(answer.status for answer in answers) == [200, 409]
        assert {a.code for a in answers if a.status == 409} == {"card_not_eligible"}
        li.unbind(mine)
        wang.unbind(other)


def test_two_cards_confirmed_at_once_give_one_default(li: Cardholder) -> None:
    first = li.bind_and_wait()
    amount = li.statement_amount()
    second = li.bind_and_wait()

    answers = at_once(
        lambda: li.confirm(first, amount), lambda: li.confirm(second, li.statement_amount())
    )

    assert [answer.status for answer in answers] == [200, 200]
    assert sorted(li.card(card)["is_default"] for card in (first, second)) == [False, True]


def test_a_deposit_sent_twice_at_once_is_sent_once(
    li: Cardholder, outside: Outside, banking: BankingDependencies
) -> None:
    card_id = li.bind()["id"]

    at_once(*[lambda: post_micro_deposit(banking, card_id)] * 6)

    assert len(outside.bank.deposits) == 1


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_a_deposit_that_arrives_as_its_card_is_unbound_goes_back_once(
    li: Cardholder,
    outside: Outside,
    banking: BankingDependencies,
    clock: Clock,
    round_: int,
) -> None:
    card_id = li.bind()["id"]

    _, unbound = at_once(lambda: post_micro_deposit(banking, card_id), lambda: li.unbind(card_id))
    clock.advance(days=1)

    assert unbound.status == 200
    assert len(outside.bank.deposits) == len(outside.bank.reversals) <= 1
