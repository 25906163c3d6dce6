"""Users made in one call, for the sandbox's door."""

import time

import pytest
import sqlalchemy as sa

from app.auth.identifiers import parse_identifier
from app.auth.models import User
from app.auth.operations.create_ready_user import ReadyUserWish, create_ready_user
from app.auth.queries import find_user_by_identifier, require_active
from app.core.database import Transaction
from app.core.errors import Refusal
from app.factory import Wallet
from app.ledger.queries import wallet_of
from tests.factories.auth import PASSWORD, Customer, Visitor, a_phone


def test_a_ready_user_has_both_identifiers_a_wallet_and_known_passwords(
    wallet: Wallet, visitor: Visitor
) -> None:
    ready = create_ready_user(wallet.auth, ReadyUserWish())
    assert (ready.password, ready.transaction_password) == ("Sandbox-pass-1", "246810")
    assert ready.identifier == ready.user.phone
    assert visitor.log_in(ready.user.email or "", PASSWORD).status == 200
    with wallet.database.snapshot() as tx:
        assert wallet_of(tx, ready.user.id).total == 0
        found = find_user_by_identifier(tx, ready.identifier)
        assert found is not None
        assert found.id == ready.user.id


def test_only_what_was_asked_for_is_given(wallet: Wallet) -> None:
    phone = a_phone()
    ready = create_ready_user(wallet.auth, ReadyUserWish(phone=parse_identifier(phone)))
    assert (ready.user.phone, ready.user.email) == (phone, None)


def test_a_taken_identifier_is_refused(wallet: Wallet, customer: Customer) -> None:
    wish = ReadyUserWish(phone=parse_identifier(customer.phone or ""))
    with pytest.raises(Refusal) as refused:
        create_ready_user(wallet.auth, wish)
    assert refused.value.code == "identifier_taken"


def test_a_weak_password_is_refused(wallet: Wallet) -> None:
    for wish, code in (
        (ReadyUserWish(password="short"), "password_rejected"),
        (ReadyUserWish(transaction_password="111111"), "transaction_password_rejected"),
    ):
        with pytest.raises(Refusal) as refused:
            create_ready_user(wallet.auth, wish)
        assert refused.value.code == code


def test_nothing_is_left_when_what_comes_with_it_fails(wallet: Wallet) -> None:
    phone = parse_identifier(a_phone())

    def fail(tx: Transaction, user_id: str) -> None:
        raise LookupError(user_id)

    with pytest.raises(LookupError):
        create_ready_user(wallet.auth, ReadyUserWish(phone=phone), fail)
    assert create_ready_user(wallet.auth, ReadyUserWish(phone=phone)).user.phone == phone.value


def test_a_ready_user_takes_milliseconds(wallet: Wallet) -> None:
    create_ready_user(wallet.auth, ReadyUserWish())
    took = []
    for _ in range(10):
        began = time.perf_counter()
        create_ready_user(wallet.auth, ReadyUserWish())
        took.append(time.perf_counter() - began)
    assert min(took) < 0.04  # one argon2 alone takes about as long


def test_an_unknown_user_is_not_active(wallet: Wallet) -> None:
    with wallet.database.snapshot() as tx, pytest.raises(Refusal) as refused:
        require_active(tx, "usr_none")
    assert refused.value.code == "not_found"


def test_no_money_leaves_a_frozen_account_but_its_user_can_sign_in(
    wallet: Wallet, customer: Customer, visitor: Visitor
) -> None:
    with wallet.database.transaction() as tx:
        require_active(tx, customer.id)
        tx.change(sa.update(User).where(User.id == customer.id).values(status="frozen"))
        with pytest.raises(Refusal) as refused:
            require_active(tx, customer.id)
    assert refused.value.code == "account_frozen"
    assert visitor.log_in(customer.phone or "").status == 200
