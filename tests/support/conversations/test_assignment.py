"""Chats go to who is there, speaks the language and has the fewest; who drops or leaves gives theirs back."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from app.core.clock import machine_now
from app.factory import Wallet
from app.support.conversations.assigning import least_loaded
from app.support.conversations.models import AgentPresence, Conversation
from app.support.conversations.operations.tend_queue import tend_queue
from app.support.conversations.presence import AgentLoad
from tests.client import Client
from tests.conftest import Clock
from tests.factories.conversations import CONVERSATIONS, DESK, begin, say, to_local
from tests.factories.listening import Listener
from tests.factories.people import Person, create_person
from tests.factories.staff import Colleague, create_agent

PRESENCE = "/internal/v1/me/presence"


@pytest.fixture(autouse=True)
def by_day(clock: Clock) -> None:
    """Or the chats of a test that runs at night would be tickets."""
    to_local(clock, 12)


@pytest.fixture
def person(wallet: Wallet, by_day: None) -> Person:
    return create_person(wallet)


def there(agent: Colleague, status: str = "online", **more: Any) -> None:
    said = agent.client.put(PRESENCE, {"status": status} | more)
    assert said.status == 200, said.body


def agent_of(wallet: Wallet, conversation_id: str) -> str | None:
    with wallet.database.snapshot() as tx:
        return tx.get_one(Conversation, conversation_id).assigned_to


def sign_in_again(wallet: Wallet, agent: Colleague) -> Colleague:
    """The same agent with a session that has said nothing about being there."""
    with wallet.database.snapshot() as tx:
        totp = agent.totp(tx.now)
    body = {"email": agent.email, "password": agent.password, "totp": totp}
    told = Client(wallet.app.test_client()).post("/internal/v1/auth/login", body)
    assert told.status == 200, told.body
    client = Client(wallet.app.test_client()).as_bearer(str(told["access_token"]))
    return replace(agent, client=client)


def falls_silent(wallet: Wallet, agent: Colleague) -> None:
    """46 s go by on the machine's clock."""
    with wallet.database.transaction() as tx:
        tx.execute(
            sa.update(AgentPresence)
            .where(AgentPresence.agent_id == agent.agent_id)
            .values(seen_at=machine_now() - timedelta(seconds=46))
        )


def test_chats_are_shared_out_evenly(wallet: Wallet, person: Person) -> None:
    agents = [create_agent(wallet) for _ in range(2)]
    for agent in agents:
        there(agent)
    made = [begin(person.client)["id"] for _ in range(6)]
    had = [agent_of(wallet, it) for it in made]
    assert {had.count(it.agent_id) for it in agents} == {3}


def test_an_agent_gets_no_more_than_they_can_do(wallet: Wallet, person: Person) -> None:
    agent = create_agent(wallet)
    there(agent, capacity=2)
    made = [begin(person.client)["id"] for _ in range(3)]
    assert [agent_of(wallet, it) for it in made] == [agent.agent_id] * 2 + [None]
    agent.client.post(f"{DESK}/{made[0]}/resolve")
    assert agent_of(wallet, made[2]) == agent.agent_id


def test_chats_at_once_don_t_overload_an_agent(wallet: Wallet, person: Person) -> None:
    agent = create_agent(wallet)
    there(agent, capacity=2)

    def one(_: int) -> str:
        return str(begin(Client(wallet.app.test_client(), person.client.headers))["id"])

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(one, range(6)))
    assert [agent_of(wallet, it) for it in made].count(agent.agent_id) == 2


def test_the_language_counts(wallet: Wallet, person: Person) -> None:
    chinese, english = create_agent(wallet), create_agent(wallet)
    there(chinese, languages=["zh-CN"])
    there(english, languages=["en"])
    asked = {"en": english, "zh-CN": chinese}
    for language, agent in asked.items():
        speaker = person.client.with_headers(Accept_Language=language)
        assert agent_of(wallet, begin(speaker)["id"]) == agent.agent_id


def test_a_chat_waits_until_somebody_comes(wallet: Wallet, person: Person) -> None:
    made = begin(person.client)["id"]
    agent = create_agent(wallet)
    there(agent, "away")
    assert agent_of(wallet, made) is None
    there(agent)
    assert agent_of(wallet, made) == agent.agent_id
    there(agent, "away")
    assert agent_of(wallet, made) == agent.agent_id
    assert agent_of(wallet, begin(person.client)["id"]) is None


def test_tickets_are_given_to_nobody(wallet: Wallet, person: Person) -> None:
    there(create_agent(wallet))
    assert agent_of(wallet, begin(person.client, channel="ticket")["id"]) is None


@pytest.mark.parametrize("how", ["silence", "logout", "offline"])
def test_who_drops_gives_the_chats_back_to_somebody_else(
    wallet: Wallet, person: Person, how: str
) -> None:
    agent, colleague = create_agent(wallet), create_agent(wallet)
    there(agent)
    made = begin(person.client)["id"]
    agent.client.post(f"{DESK}/{made}/messages", {"text": "one moment"})
    ticket = begin(person.client, channel="ticket")["id"]
    agent.client.post(f"{DESK}/{ticket}/claim")
    there(colleague)
    if how == "silence":
        falls_silent(wallet, agent)
    elif how == "logout":
        agent.client.post("/internal/v1/auth/logout")
    else:
        there(agent, "offline")
    tend_queue(wallet.support)
    assert agent_of(wallet, made) == colleague.agent_id
    assert agent_of(wallet, ticket) == agent.agent_id  # nobody sits in front of it
    say(person.client, made)
    assert colleague.client.get(f"{DESK}/{made}")["status"] == "open"


def test_with_nobody_else_there_a_dropped_chat_waits_in_the_queue(
    wallet: Wallet, person: Person
) -> None:
    agent = create_agent(wallet)
    there(agent)
    made = begin(person.client)["id"]
    falls_silent(wallet, agent)
    tend_queue(wallet.support)
    assert agent_of(wallet, made) is None
    there(agent)
    assert agent_of(wallet, made) == agent.agent_id


def test_who_works_without_presence_keeps_what_they_claimed(wallet: Wallet, person: Person) -> None:
    agent = create_agent(wallet)
    made = begin(person.client)["id"]
    agent.client.post(f"{DESK}/{made}/claim")
    there(create_agent(wallet))
    tend_queue(wallet.support)
    assert agent_of(wallet, made) == agent.agent_id


@pytest.mark.parametrize("how", ["silence", "logout", "offline", "away"])
@pytest.mark.parametrize("noticed", [True, False])
def test_who_was_there_once_keeps_what_they_claim_afterwards(
    wallet: Wallet, person: Person, how: str, noticed: bool
) -> None:
    agent = create_agent(wallet)
    there(agent, "offline" if how == "offline" else "away" if how == "away" else "online")
    if how == "silence":
        falls_silent(wallet, agent)
    elif how == "logout":
        agent.client.post("/internal/v1/auth/logout")
        agent = sign_in_again(wallet, agent)
    if noticed:
        tend_queue(wallet.support)
    made = begin(person.client)["id"]
    assert agent.client.post(f"{DESK}/{made}/claim").status == 200
    there(create_agent(wallet))
    for _ in range(3):
        tend_queue(wallet.support)
    assert agent_of(wallet, made) == agent.agent_id


@pytest.mark.parametrize("noticed", [True, False])
def test_a_chat_that_is_handed_to_somebody_who_was_there_once_stays(
    wallet: Wallet, person: Person, noticed: bool
) -> None:
    lead, agent = create_agent(wallet), create_agent(wallet)
    there(agent)
    falls_silent(wallet, agent)
    if noticed:
        tend_queue(wallet.support)
    made = begin(person.client)["id"]
    handed = lead.client.post(f"{DESK}/{made}/assign", {"agent_id": agent.agent_id})
    assert handed.status == 200
    for _ in range(3):
        tend_queue(wallet.support)
    assert agent_of(wallet, made) == agent.agent_id


def test_what_was_claimed_in_absence_is_given_back_after_a_later_presence(
    wallet: Wallet, person: Person
) -> None:
    agent, colleague = create_agent(wallet), create_agent(wallet)
    there(agent, "offline")
    made = begin(person.client)["id"]
    agent.client.post(f"{DESK}/{made}/claim")
    there(agent)
    there(colleague)
    falls_silent(wallet, agent)
    tend_queue(wallet.support)
    assert agent_of(wallet, made) == colleague.agent_id


def test_a_chat_that_waited_for_a_bank_while_its_agent_left_moves_when_the_user_is_back(
    wallet: Wallet, person: Person
) -> None:
    agent, colleague = create_agent(wallet), create_agent(wallet)
    there(agent)
    made = begin(person.client)["id"]
    agent.client.post(f"{DESK}/{made}/wait", {"for": "third_party"})
    there(colleague)
    falls_silent(wallet, agent)
    tend_queue(wallet.support)
    assert agent_of(wallet, made) == agent.agent_id
    say(person.client, made)
    tend_queue(wallet.support)
    assert agent_of(wallet, made) == colleague.agent_id


def test_virtual_time_is_no_silence(wallet: Wallet, person: Person, clock: Clock) -> None:
    agent = create_agent(wallet)
    there(agent)
    made = begin(person.client)["id"]
    clock.jump_to(clock.now() + timedelta(minutes=10))
    tend_queue(wallet.support)
    assert agent_of(wallet, made) == agent.agent_id
    clock.jump_to(clock.now() + timedelta(minutes=6))  # the session is idle for too long
    tend_queue(wallet.support)
    assert agent_of(wallet, made) is None


def test_an_open_stream_of_the_queue_is_a_heartbeat(
    wallet: Wallet, person: Person, monkeypatch: Any
) -> None:
    monkeypatch.setattr("app.support.conversations.watching.BEAT_SECONDS", 0.05)
    agent = create_agent(wallet)
    there(agent)
    made = begin(person.client)["id"]
    with Listener(agent.client, "/internal/v1/events") as ear:
        ear.wait_for(1, "presence")
        falls_silent(wallet, agent)
        begin(person.client, channel="ticket")
        ear.wait_for(1, "opened")
        tend_queue(wallet.support)
        assert agent_of(wallet, made) == agent.agent_id


def test_presence_of_the_wrong_shape_is_refused(wallet: Wallet) -> None:
    agent = create_agent(wallet)
    for body in (
        {},
        {"status": "busy"},
        {"status": "online", "languages": []},
        {"status": "online", "languages": ["fr"]},
        {"status": "online", "capacity": 51},
        {"status": "online", "capacity": "5"},
        {"status": "online", "agent_id": "agt_other"},
    ):
        assert agent.client.put(PRESENCE, body).code == "validation_failed"
    told = agent.client.put(PRESENCE, {"status": "away", "capacity": 3})
    assert told.body == {
        "agent_id": agent.agent_id,
        "status": "away",
        "languages": ["zh-CN", "en"],
        "capacity": 3,
        "lasts_seconds": 45,
    }
    assert agent.client.put(PRESENCE, {"status": "online"})["capacity"] == 3


LOADS = st.lists(
    st.builds(
        AgentLoad,
        st.uuids().map(str),
        st.lists(st.sampled_from(["zh-CN", "en"]), unique=True),
        st.integers(0, 6),
        st.integers(0, 6),
    ),
    max_size=6,
)


@given(LOADS, st.sampled_from(["zh-CN", "en"]))
def test_the_chosen_one_is_able_and_nobody_able_has_less(
    agents: list[AgentLoad], language: str
) -> None:
    able = [it for it in agents if it.chats < it.capacity and language in it.languages]
    chosen = least_loaded(agents, language)
    assert (chosen is None) == (not able)
    if chosen is not None:
        assert chosen in able
        assert all(chosen.chats / chosen.capacity <= it.chats / it.capacity for it in able)


def test_a_conversation_is_not_a_users_to_see_who_has_it(wallet: Wallet, person: Person) -> None:
    there(create_agent(wallet))
    made = begin(person.client)["id"]
    assert "agt_" not in person.client.get(f"{CONVERSATIONS}/{made}").raw.decode()


def test_a_chat_that_was_handed_back_goes_to_somebody_else(wallet: Wallet, person: Person) -> None:
    agent, colleague = create_agent(wallet), create_agent(wallet)
    there(agent)
    made = begin(person.client)["id"]
    back = agent.client.post(f"{DESK}/{made}/assign", {"agent_id": None})
    assert (back.status, back["assigned_to"]) == (200, None)
    tend_queue(wallet.support)
    assert agent_of(wallet, made) is None
    there(colleague)
    assert agent_of(wallet, made) == colleague.agent_id
    back = colleague.client.post(f"{DESK}/{made}/assign", {"agent_id": None})
    assert back["assigned_to"] == agent.agent_id  # who gave it back before that may have it again


def test_a_chat_that_somebody_let_run_out_is_not_given_to_them_again(
    wallet: Wallet, person: Person, clock: Clock
) -> None:
    agent, colleague = create_agent(wallet), create_agent(wallet)
    there(agent)
    made = begin(person.client)["id"]
    clock.advance(minutes=10)
    tend_queue(wallet.support)
    assert agent_of(wallet, made) is None
    agent.client.post(f"{DESK}/{made}/claim")
    assert agent_of(wallet, made) == agent.agent_id  # by their own hand they may
    agent.client.post(f"{DESK}/{made}/assign", {"agent_id": None})
    there(colleague)
    assert agent_of(wallet, made) == colleague.agent_id
