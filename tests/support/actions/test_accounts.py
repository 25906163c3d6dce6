"""Letting users in again and protecting them; no agent sees a code or a password."""

import json

import pytest

from app.auth.operations.create_ready_user import SANDBOX_PASSWORD
from app.auth.rules import Role
from app.factory import Wallet
from tests.client import Client
from tests.conftest import Clock, Outside
from tests.factories.actions import ask
from tests.factories.auth import NEW_PASSWORD, PIN, Customer, Inbox, Visitor, create_customer
from tests.factories.calls import a_code, pick_up, verify
from tests.factories.staff import Colleague, create_agent
from tests.factories.webhooks import create_admin


@pytest.fixture
def customer(wallet: Wallet) -> Customer:
    return create_customer(wallet)


@pytest.fixture
def agent(wallet: Wallet) -> Colleague:
    return create_agent(wallet)


@pytest.fixture
def visitor(client: Client, outside: Outside, clock: Clock) -> Visitor:
    return Visitor(client, Inbox(outside, clock))


def call_with(agent: Colleague, customer: Customer) -> dict[str, object]:
    call_id = pick_up(agent, customer.phone)["id"]
    assert verify(agent, call_id, a_code(customer.client)).status == 200
    return {"call_id": call_id}


def test_a_reset_code_goes_to_the_users_own_phone(
    wallet: Wallet, customer: Customer, agent: Colleague, visitor: Visitor
) -> None:
    answer = ask(agent, customer.id, "send_password_reset", **call_with(agent, customer))
    assert (answer.status, answer["status"]) == (201, "executed")
    code = visitor.inbox.code(customer.phone or "")
    assert code not in json.dumps(answer.body)
    sent = answer["verification"]
    assert (sent["channel"], "****" in sent["destination"]) == ("sms", True)
    confirmed = visitor.confirm(sent["id"], code)
    assert visitor.reset(confirmed["verification_token"]).status == 204
    assert visitor.log_in(customer.phone or "", NEW_PASSWORD).status == 200


def test_codes_by_agents_count_towards_the_caps_of_the_destination(
    customer: Customer, agent: Colleague, visitor: Visitor
) -> None:
    call = call_with(agent, customer)
    assert ask(agent, customer.id, "send_password_reset", **call).status == 201
    again = ask(agent, customer.id, "send_password_reset", **call)
    assert (again.status, again.code) == (429, "resend_too_soon")
    assert visitor.ask("reset_password", customer.phone or "").code == "resend_too_soon"


def test_a_locked_login_is_unlocked(customer: Customer, agent: Colleague, visitor: Visitor) -> None:
    call = call_with(agent, customer)
    for _ in range(5):
        visitor.log_in(customer.phone or "", "wrong")
    assert visitor.log_in(customer.phone or "", SANDBOX_PASSWORD).code == "login_locked"
    assert ask(agent, customer.id, "unlock_login", **call).status == 201
    assert visitor.log_in(customer.phone or "", SANDBOX_PASSWORD).status == 200


def wrong_pins(customer: Customer) -> None:
    for _ in range(5):
        customer.set_pin(current_transaction_password="000000")


def test_a_locked_transaction_password_is_unlocked(customer: Customer, agent: Colleague) -> None:
    call = call_with(agent, customer)
    wrong_pins(customer)
    locked = customer.set_pin(current_transaction_password=PIN)
    assert locked.code == "transaction_password_locked"
    assert ask(agent, customer.id, "unlock_transaction_password", **call).status == 201
    assert customer.set_pin(current_transaction_password=PIN).status == 204


def test_after_three_locks_only_a_reset_helps(
    wallet: Wallet, customer: Customer, visitor: Visitor, clock: Clock
) -> None:
    for _ in range(3):
        customer.client = visitor_session(visitor, customer)
        wrong_pins(customer)
        clock.advance(minutes=31)
    supervisor = create_agent(wallet, role=Role.SUPERVISOR)
    answer = ask(supervisor, customer.id, "unlock_transaction_password")
    assert (answer.status, answer.code) == (409, "transaction_password_reset_required")
    customer.client = visitor_session(visitor, customer)
    locked = customer.set_pin(current_transaction_password=PIN)
    assert (locked.code, locked["reset_required"]) == ("transaction_password_locked", True)


def visitor_session(visitor: Visitor, customer: Customer) -> Client:
    token = visitor.log_in(customer.phone or "", SANDBOX_PASSWORD)["access_token"]
    return customer.client.as_bearer(token)


def test_revoking_signs_out_everywhere_at_once(
    customer: Customer, agent: Colleague, visitor: Visitor
) -> None:
    other = customer.on_another_device(visitor)
    assert ask(agent, customer.id, "revoke_sessions").status == 201
    for client in (customer.client, other):
        assert client.get("/v1/me").code == "access_token_invalid"
    assert ask(agent, customer.id, "revoke_sessions").status == 201


def test_freezing_stops_money_out_and_nothing_else(customer: Customer, agent: Colleague) -> None:
    assert ask(agent, customer.id, "freeze").status == 201
    transfer = {
        "recipient": {"user_id": "usr_none"},
        "amount": 1,
        "currency": "CNY",
        "transaction_password": PIN,
    }
    assert customer.client.post("/v1/transfers", transfer).code == "account_frozen"
    assert customer.client.get("/v1/wallet").status == 200
    again = ask(agent, customer.id, "freeze")
    assert (again.status, again["status"]) == (201, "executed")


def test_freezing_twice_tells_once(
    customer: Customer, agent: Colleague, outside: Outside, clock: Clock
) -> None:
    for _ in range(2):
        ask(agent, customer.id, "freeze")
    clock.run_due()
    told = [one.to for one in outside.sms.sent if one.template == "account_frozen"]
    assert told == [customer.phone]


def test_webhooks_tell_of_what_support_changed(
    wallet: Wallet, customer: Customer, agent: Colleague
) -> None:
    admin = create_admin(wallet)
    endpoint = admin.create(events=["user.*", "transaction_password.*"])["id"]
    call = call_with(agent, customer)
    for type_ in ("unlock_login", "unlock_transaction_password", "freeze", "revoke_sessions"):
        assert ask(agent, customer.id, type_, **call).status == 201
    path = f"/internal/v1/webhook-endpoints/{endpoint}/deliveries"
    told = [it["type"] for it in admin.client.get(path)["data"]]
    assert sorted(told) == [
        "transaction_password.unlocked",
        "user.frozen",
        "user.login_unlocked",
        "user.sessions_ended",
    ]
