"""Calls to the hotline, made over HTTP as an agent and a user make them."""

from app.auth.models import User
from app.factory import Wallet
from tests.client import Answer, Client
from tests.factories.people import Person
from tests.factories.staff import Colleague

WRONG = "000000"


def phone_of(wallet: Wallet, person: Person) -> str:
    with wallet.database.snapshot() as tx:
        return str(tx.get_one(User, person.user_id).phone)


def a_code(client: Client) -> str:
    """The call code that a signed-in user's app shows."""
    answer = client.post("/v1/support/call-codes")
    assert answer.status == 201, answer.body
    return str(answer["code"])


def pick_up(agent: Colleague, phone: str | None) -> Answer:
    answer = agent.client.post("/internal/v1/calls", {"phone": phone, "direction": "inbound"})
    assert answer.status == 201, answer.body
    return answer


def verify(agent: Colleague, call_id: object, code: str) -> Answer:
    return agent.client.post(f"/internal/v1/calls/{call_id}/verify", {"call_code": code})


def verified_call(agent: Colleague, person: Person) -> str:
    """A call in which the caller has read out the code; its id."""
    call = pick_up(agent, None)
    answer = verify(agent, call["id"], a_code(person.client))
    assert answer.status == 200, answer.body
    return str(call["id"])
