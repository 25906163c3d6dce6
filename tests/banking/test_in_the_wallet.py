"""Bank cards as the factory wires them: real accounts, real transaction passwords, one journey."""

import sqlalchemy as sa

from app.auth.models import User
from app.factory import Wallet
from tests.conftest import Clock, Outside
from tests.factories.banking import new_card_body
from tests.factories.people import create_person


def test_a_user_changes_the_card(wallet: Wallet, clock: Clock, outside: Outside) -> None:
    person = create_person(wallet, card=True)
    password = {"transaction_password": "246810"}

    wrong = person.client.post(
        f"/v1/bank-cards/{person.card_id}/unbind", {"transaction_password": "135790"}
    )
    unbound = person.client.post(f"/v1/bank-cards/{person.card_id}/unbind", password)
    bound = person.client.post("/v1/bank-cards", new_card_body())
    clock.run_due()
    amount = outside.bank.deposits[-1].amount_minor
    confirmed = person.client.post(f"/v1/bank-cards/{bound['id']}/confirm", {"amount": amount})
    clock.run_due()

    assert (wrong.code, wrong["attempts_remaining"]) == ("transaction_password_incorrect", 4)
    assert unbound["status"] == "unbound"
    assert bound.status == 201
    assert (confirmed["status"], confirmed["is_default"]) == ("active", True)
    assert len(outside.bank.reversals) == 1
    assert person.money.total == 100_000, "the deposit leaves the wallet untouched"


def test_a_frozen_account_is_told_so_before_its_password_is_looked_at(wallet: Wallet) -> None:
    person = create_person(wallet, card=True)
    with wallet.database.transaction() as tx:
        tx.execute(sa.update(User).where(User.id == person.user_id).values(status="frozen"))

    wrong = {"transaction_password": "135790"}
    answers = [
        person.client.post("/v1/bank-cards", new_card_body(**wrong)),
        person.client.post(f"/v1/bank-cards/{person.card_id}/unbind", wrong),
    ]

    assert [answer.code for answer in answers] == ["account_frozen"] * 2


def test_every_call_is_for_signed_in_users(wallet: Wallet) -> None:
    client = create_person(wallet).client.with_headers(Authorization="Bearer at_nobodys")

    for path in ("/v1/bank-cards", "/v1/bank-cards/card_1", "/v1/banks"):
        assert client.get(path).code == "access_token_invalid"
    for path in ("", "/card_1/confirm", "/card_1/unbind", "/card_1/default"):
        assert client.post(f"/v1/bank-cards{path}", {}).code == "access_token_invalid"
