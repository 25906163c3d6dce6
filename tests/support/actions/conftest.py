"""A customer who has paid, an agent who has verified them on the phone, and two supervisors."""

from dataclasses import dataclass

import pytest

from app.auth.rules import Role
from app.factory import Wallet
from tests.client import Answer
from tests.factories.actions import ask
from tests.factories.calls import verified_call
from tests.factories.people import Person, create_person
from tests.factories.staff import Colleague, create_agent


@dataclass
class Desk:
    """Who is there."""

    wallet: Wallet
    person: Person
    agent: Colleague
    supervisor: Colleague
    boss: Colleague
    call_id: str

    def ask(self, type_: str, **more: object) -> Answer:
        """The agent asks, in the verified call."""
        return ask(self.agent, self.person.user_id, type_, call_id=self.call_id, **more)

    def pay(self, amount: int = 1000) -> str:
        paid = self.person.pay(amount)
        assert paid.status in (201, 202), paid.body
        return str(paid["id"])

    def payment(self, payment_id: str) -> Answer:
        return self.person.client.get(f"/v1/payments/{payment_id}")


@pytest.fixture
def desk(wallet: Wallet) -> Desk:
    person, agent = create_person(wallet), create_agent(wallet)
    supervisor, boss = create_agent(wallet, Role.SUPERVISOR), create_agent(wallet, Role.ADMIN)
    return Desk(wallet, person, agent, supervisor, boss, verified_call(agent, person))
