"""Agents as the sandbox makes them: identity, and how long it lasts."""

from datetime import timedelta

import pyotp
import pytest

from app.auth.codes import totp_secret
from app.auth.operations.authenticate import authenticate_agent, authenticate_user
from app.auth.operations.create_ready_agent import create_ready_agent
from app.auth.rules import Role
from app.core.errors import Refusal
from app.factory import Wallet
from tests.conftest import Clock
from tests.factories.auth import Customer


def refusal_of(wallet: Wallet, token: str) -> str:
    with pytest.raises(Refusal) as refused:
        authenticate_agent(wallet.auth, token)
    return refused.value.code


@pytest.mark.parametrize("role", list(Role))
def test_an_agent_is_known_by_the_token_with_the_role(role: Role, wallet: Wallet) -> None:
    ready = create_ready_agent(wallet.auth, role)
    who = authenticate_agent(wallet.auth, ready.access_token)
    assert (who.kind, who.id, who.role) == ("agent", ready.agent.id, role)


def test_an_agents_session_ends_after_fifteen_minutes_without_a_call(
    wallet: Wallet, clock: Clock
) -> None:
    token = create_ready_agent(wallet.auth).access_token
    for _ in range(3):
        clock.jump_to(clock.now() + timedelta(minutes=14))
        authenticate_agent(wallet.auth, token)
    clock.jump_to(clock.now() + timedelta(minutes=15))
    assert refusal_of(wallet, token) == "access_token_expired"


def test_an_agents_session_ends_after_eight_hours_at_most(wallet: Wallet, clock: Clock) -> None:
    token = create_ready_agent(wallet.auth).access_token
    for _ in range(34):
        clock.jump_to(clock.now() + timedelta(minutes=14))
        authenticate_agent(wallet.auth, token)
    clock.jump_to(clock.now() + timedelta(minutes=5))
    assert refusal_of(wallet, token) == "access_token_expired"


def test_a_customer_is_no_agent_and_an_agent_no_customer(
    wallet: Wallet, customer: Customer
) -> None:
    token = customer.client.headers["Authorization"].removeprefix("Bearer ")
    assert refusal_of(wallet, token) == "access_token_invalid"
    with pytest.raises(Refusal) as refused:
        authenticate_user(wallet.auth, create_ready_agent(wallet.auth).access_token)
    assert refused.value.code == "access_token_invalid"


def test_a_totp_secret_is_derived_and_changes_when_it_is_reset(wallet: Wallet) -> None:
    ready = create_ready_agent(wallet.auth)
    again = totp_secret(wallet.keys, ready.agent.id, 0)
    assert again == ready.totp_secret
    assert pyotp.TOTP(again).verify(pyotp.TOTP(ready.totp_secret).now())
    assert totp_secret(wallet.keys, ready.agent.id, 1) != again
