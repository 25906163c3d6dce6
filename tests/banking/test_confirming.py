"""Confirming a card by its micro-deposit: tries, deadlines, and whose card it becomes."""

from datetime import timedelta

import pytest

from app.banking.operations import BankingDependencies
from app.banking.operations.expire_bank_card import expire_bank_card
from app.core.events import Event
from tests.banking.conftest import Cardholder
from tests.conftest import Clock, Outside
from tests.factories.banking import Notices, card_number


def wrong(amount: int) -> int:
    return amount % 99 + 1


def test_the_right_amount_makes_the_card_active_and_the_default(li: Cardholder) -> None:
    card_id = li.bind_and_wait()

    answer = li.confirm(card_id, li.statement_amount())

    assert answer.status == 200
    assert (answer["status"], answer["is_default"]) == ("active", True)
    assert answer["verification"]["attempts_remaining"] == 3


def test_a_second_active_card_is_not_the_default(li: Cardholder) -> None:
    first, second = li.active_card(), li.active_card()

    assert li.card(first)["is_default"] is True
    assert li.card(second)["is_default"] is False


def test_a_wrong_amount_costs_one_try(li: Cardholder) -> None:
    card_id = li.bind_and_wait()
    amount = li.statement_amount()

    answer = li.confirm(card_id, wrong(amount))

    assert (answer.status, answer.code) == (422, "micro_deposit_incorrect")
    assert answer["attempts_remaining"] == 2
    assert li.card(card_id)["verification"]["attempts_remaining"] == 2
    assert li.confirm(card_id, amount).status == 200


def test_three_wrong_amounts_end_the_verification(
    li: Cardholder, notices: Notices, announced: list[Event]
) -> None:
    card_id = li.bind_and_wait()
    amount = li.statement_amount()

    tries = [li.confirm(card_id, wrong(amount)) for _ in range(3)]
    right_at_last = li.confirm(card_id, amount)

    assert [answer["attempts_remaining"] for answer in tries] == [2, 1, 0]
    assert {answer.code for answer in tries} == {"micro_deposit_incorrect"}
    assert (right_at_last.status, right_at_last.code) == (409, "verification_failed")
    assert li.card(card_id)["status"] == "verification_failed"
    assert announced[-1].type == "bank_card.verification_failed"
    assert notices.templates_of(li.id)[-1] == "bank_card_verification_failed"


@pytest.mark.parametrize("amount", [0, -5, 100, 10**30])
def test_any_integer_is_a_guess(li: Cardholder, amount: int) -> None:
    assert li.confirm(li.bind_and_wait(), amount).code == "micro_deposit_incorrect"


@pytest.mark.parametrize("amount", [12.0, "12", True, None, [12]])
def test_what_is_no_integer_costs_no_try(li: Cardholder, amount: object) -> None:
    card_id = li.bind_and_wait()

    assert li.confirm(card_id, amount).code == "validation_failed"
    assert li.card(card_id)["verification"]["attempts_remaining"] == 3


def test_nothing_can_be_confirmed_before_the_deposit_is_sent(li: Cardholder) -> None:
    card_id = li.bind()["id"]

    answer = li.confirm(card_id, 1)

    assert (answer.status, answer.code) == (409, "micro_deposit_not_sent")
    assert li.card(card_id)["verification"]["attempts_remaining"] == 3


def test_a_verification_expires_after_ten_days(
    li: Cardholder, clock: Clock, announced: list[Event]
) -> None:
    card_id = li.bind_and_wait()
    amount = li.statement_amount()

    clock.advance(days=10)

    assert li.card(card_id)["status"] == "expired"
    assert announced[-1].type == "bank_card.verification_expired"
    answer = li.confirm(card_id, amount)
    assert (answer.status, answer.code) == (410, "micro_deposit_expired")


def test_the_tenth_day_counts_to_its_end(li: Cardholder, clock: Clock) -> None:
    card_id = li.bind_and_wait()

    clock.advance(days=10, seconds=-10)

    assert li.confirm(card_id, li.statement_amount()).status == 200


def test_a_late_worker_does_not_keep_an_expired_verification_open(
    li: Cardholder, clock: Clock
) -> None:
    card_id = li.bind_and_wait()
    clock.jump_to(clock.now() + timedelta(days=10))

    answer = li.confirm(card_id, li.statement_amount())

    assert (answer.status, answer.code) == (410, "micro_deposit_expired")
    assert li.card(card_id)["status"] == "expired"


def test_a_confirmed_card_never_expires(
    li: Cardholder, clock: Clock, banking: BankingDependencies
) -> None:
    card_id = li.active_card()

    clock.advance(days=11)
    expire_bank_card(banking, card_id)

    assert li.card(card_id)["status"] == "active"


def test_confirming_twice_is_refused(li: Cardholder) -> None:
    answer = li.confirm(li.active_card(), 1)

    assert (answer.status, answer.code) == (409, "bank_card_already_bound")


def test_an_unbound_card_cannot_be_confirmed(li: Cardholder) -> None:
    card_id = li.bind_and_wait()
    li.unbind(card_id)

    assert li.confirm(card_id, li.statement_amount()).code == "bank_card_not_active"


def test_of_two_users_who_bound_a_number_the_first_to_confirm_has_it(
    li: Cardholder, wang: Cardholder
) -> None:
    number = card_number()
    mine, other = li.bind_and_wait(number), wang.bind_and_wait(number)
    assert li.confirm(mine, li.statement_amount()).status == 200

    answer = wang.confirm(other, wang.statement_amount())

    assert (answer.status, answer.code) == (409, "card_not_eligible")
    assert wang.card(other)["verification"]["attempts_remaining"] == 3


def test_a_second_binding_of_a_card_that_became_active_is_refused(li: Cardholder) -> None:
    number = card_number()
    first = li.bind_and_wait(number)
    amount = li.statement_amount()
    second = li.bind_and_wait(number)
    assert li.confirm(first, amount).status == 200

    answer = li.confirm(second, li.statement_amount())

    assert (answer.status, answer.code) == (409, "bank_card_already_bound")


def test_a_number_that_its_user_unbound_is_free_for_another(
    li: Cardholder, wang: Cardholder
) -> None:
    number = card_number()
    li.unbind(li.active_card(number))

    assert wang.card(wang.active_card(number))["status"] == "active"


@pytest.mark.parametrize("call", ["confirm", "unbind", "make_default", "card"])
def test_somebody_elses_card_is_not_found(li: Cardholder, wang: Cardholder, call: str) -> None:
    card_id = li.active_card()
    paths = {
        "confirm": lambda: wang.confirm(card_id, 1),
        "unbind": lambda: wang.unbind(card_id),
        "make_default": lambda: wang.make_default(card_id),
        "card": lambda: wang.client.get(f"/v1/bank-cards/{card_id}"),
    }

    answer = paths[call]()

    assert (answer.status, answer.code) == (404, "not_found")


def test_the_amount_is_told_nowhere_but_on_the_statement(
    li: Cardholder,
) -> None:
    card_id = li.bind_and_wait()
    amount = li.statement_amount()

    shown = li.card(card_id)

    assert 1 <= amount <= 99
    assert amount not in shown.values()
    assert set(shown["verification"]) == {
        "method",
        "deposit_status",
        "attempts_remaining",
        "expires_at",
    }


def test_amounts_differ_from_card_to_card(li: Cardholder, outside: Outside) -> None:
    for _ in range(12):
        li.unbind(li.bind_and_wait())

    amounts = {deposit.amount_minor for deposit in outside.bank.deposits}
    assert len(amounts) > 3
    assert amounts <= set(range(1, 100))
