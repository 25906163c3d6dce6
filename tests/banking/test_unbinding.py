"""Unbinding, the default card, the lists, and cards that are held by a movement of money."""

from collections.abc import Callable

import pytest

from app.banking.errors import BANK_CARD_NOT_ACTIVE
from app.banking.operations import BankingDependencies
from app.banking.reservations import release_card, require_active_card, reserve_card
from app.core.errors import NOT_FOUND, Refusal
from app.factory import Wallet
from tests.banking.conftest import Accounts, Cardholder
from tests.factories.banking import card_number, ready_card


def test_an_unbound_card_stays_as_history(li: Cardholder) -> None:
    card_id = li.active_card()

    answer = li.unbind(card_id)

    assert answer.status == 200
    assert (answer["status"], answer["is_default"]) == ("unbound", False)
    assert answer["unbound_at"].endswith("Z")
    assert li.card(card_id)["status"] == "unbound"


def test_a_pending_card_can_be_unbound(li: Cardholder) -> None:
    assert li.unbind(li.bind()["id"])["status"] == "unbound"


def test_unbinding_twice_is_refused_before_the_transaction_password(
    li: Cardholder, accounts: Accounts
) -> None:
    card_id = li.active_card()
    li.unbind(card_id)

    answer = li.unbind(card_id, "135790")

    assert (answer.status, answer.code) == (409, "bank_card_not_active")
    assert accounts.wrong_tries == 0


def test_a_wrong_transaction_password_unbinds_nothing(li: Cardholder) -> None:
    card_id = li.active_card()

    answer = li.unbind(card_id, "135790")

    assert (answer.status, answer.code) == (403, "transaction_password_incorrect")
    assert li.card(card_id)["status"] == "active"


def test_the_default_passes_to_the_oldest_active_card(li: Cardholder) -> None:
    first, second, third = (li.active_card() for _ in range(3))

    li.unbind(first)

    assert li.card(second)["is_default"] is True
    assert li.card(third)["is_default"] is False


def test_a_user_chooses_the_default_card(li: Cardholder) -> None:
    first, second = li.active_card(), li.active_card()

    answer = li.make_default(second)

    assert answer.status == 200
    assert answer["is_default"] is True
    assert li.card(first)["is_default"] is False
    assert li.make_default(second).status == 200


def test_unbinding_another_card_leaves_the_default_alone(li: Cardholder) -> None:
    first, second = li.active_card(), li.active_card()
    li.make_default(second)

    li.unbind(first)

    assert li.card(second)["is_default"] is True


def test_only_an_active_card_can_be_the_default(li: Cardholder) -> None:
    answer = li.make_default(li.bind()["id"])

    assert (answer.status, answer.code) == (409, "bank_card_not_active")


def test_the_list_shows_pending_and_active_cards_newest_first(li: Cardholder) -> None:
    gone, active = li.active_card(), li.active_card()
    li.unbind(gone)
    pending = li.bind()["id"]

    def listed(**query: str) -> list[str]:
        return [card["id"] for card in li.client.get("/v1/bank-cards", **query)["data"]]

    assert listed() == [pending, active]
    assert listed(status="unbound") == [gone]
    assert listed(status="active") == [active]
    assert listed(status="expired") == []
    assert listed(status="all") == [pending, active, gone]
    assert li.client.get("/v1/bank-cards", status="bound").code == "validation_failed"


def test_the_list_comes_page_by_page(li: Cardholder) -> None:
    ids = [li.bind()["id"] for _ in range(3)]

    first = li.client.get("/v1/bank-cards", limit=2)
    second = li.client.get("/v1/bank-cards", limit=2, cursor=first["next_cursor"])

    assert [card["id"] for card in first["data"] + second["data"]] == ids[::-1]
    assert second["next_cursor"] is None


def test_a_list_shows_nobody_elses_cards(li: Cardholder, wang: Cardholder) -> None:
    li.active_card()

    assert wang.client.get("/v1/bank-cards", status="all")["data"] == []


def test_a_prefix_names_the_bank(li: Cardholder) -> None:
    answer = li.client.get("/v1/banks", card_number_prefix="622202")

    assert answer.body == {
        "bank": {"code": "ICBC", "name": "Industrial and Commercial Bank of China"},
        "card_type": "debit",
        "card_number_lengths": [19],
    }


@pytest.mark.parametrize(
    ("prefix", "status", "code"),
    [
        ("411111", 404, "bank_not_found"),
        ("62220", 422, "validation_failed"),
        ("62220x", 422, "validation_failed"),
        ("６２２２０２", 422, "validation_failed"),
        ("6222020000000000000", 422, "validation_failed"),
    ],
)
def test_another_prefix_is_refused(li: Cardholder, prefix: str, status: int, code: str) -> None:
    answer = li.client.get("/v1/banks", card_number_prefix=prefix)

    assert (answer.status, answer.code) == (status, code)


def test_a_card_in_use_cannot_be_unbound_until_it_is_released(
    li: Cardholder, wallet: Wallet, accounts: Accounts
) -> None:
    number = card_number()
    card_id = li.active_card(number)
    with wallet.database.transaction() as tx:
        for movement in ("top_1", "wdr_1"):
            held = reserve_card(tx, li.id, card_id, movement)

    assert (held.id, held.last4, held.bank_code) == (card_id, number[-4:], "ICBC")
    refused = li.unbind(card_id, "135790")
    assert (refused.status, refused.code) == (409, "bank_card_in_use")
    assert accounts.wrong_tries == 0
    for movement in ("top_1", "top_1", "pay_unknown"):
        with wallet.database.transaction() as tx:
            release_card(tx, movement)
    assert li.unbind(card_id).code == "bank_card_in_use"
    with wallet.database.transaction() as tx:
        release_card(tx, "wdr_1")
    assert li.unbind(card_id).status == 200


def test_a_reserved_cards_token_opens(
    li: Cardholder, wallet: Wallet, banking: BankingDependencies
) -> None:
    number = card_number()
    card_id = li.active_card(number)

    with wallet.database.transaction() as tx:
        held = reserve_card(tx, li.id, card_id, "top_1")

    assert banking.vault.token_of(held) == f"tok_{number[-4:]}_{number[:6]}"
    assert held.sealed_token not in repr(held)


@pytest.mark.parametrize("check", [lambda *card: reserve_card(*card, "top_1"), require_active_card])
def test_money_moves_through_ones_own_active_card_only(
    li: Cardholder, wang: Cardholder, wallet: Wallet, check: Callable[..., object]
) -> None:
    def refused(user_id: str, card_id: str) -> object:
        with pytest.raises(Refusal) as refusal, wallet.database.transaction() as tx:
            check(tx, user_id, card_id)
        return refusal.value.error

    mine = li.active_card()
    assert refused(li.id, li.bind()["id"]) is BANK_CARD_NOT_ACTIVE
    assert refused(wang.id, mine) is NOT_FOUND
    assert refused(li.id, "card_unknown") is NOT_FOUND
    li.unbind(mine)
    assert refused(li.id, mine) is BANK_CARD_NOT_ACTIVE


def test_a_ready_card_is_active_at_once_without_a_deposit(
    li: Cardholder, banking: BankingDependencies
) -> None:
    card_id = ready_card(banking, li.id)

    card = li.card(card_id)
    assert (card["status"], card["is_default"], card["verification"]) == ("active", True, None)
    assert li.unbind(card_id).status == 200
