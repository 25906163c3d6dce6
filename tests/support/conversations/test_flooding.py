"""One user takes only so much of the desk: open cases, and messages a minute; nobody else notices."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from app.factory import Wallet
from app.support.conversations.rules import MESSAGES_A_MINUTE, OPEN_AT_ONCE
from tests.client import Answer, Client
from tests.conftest import Clock
from tests.factories.conversations import CONVERSATIONS, DESK, begin, say
from tests.factories.people import Person, create_person
from tests.factories.staff import create_agent

FLOODING = "app.support.conversations.flooding"
TICKET = {"channel": "ticket", "message": "one more"}


@pytest.fixture
def person(wallet: Wallet) -> Person:
    return create_person(wallet)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> int:
    """A cap of three cases, so that a test is short; the real one is tried once below."""
    monkeypatch.setattr(f"{FLOODING}.OPEN_AT_ONCE", 3)
    return 3


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> int:
    """Five messages a minute."""
    monkeypatch.setattr(f"{FLOODING}.MESSAGES_A_MINUTE", 5)
    return 5


def listed(person: Person) -> int:
    return len(person.client.get(CONVERSATIONS, limit=100)["data"])


def test_the_fifty_first_open_case_is_refused_until_one_is_over(
    wallet: Wallet, person: Person
) -> None:
    made = [begin(person.client, channel="ticket")["id"] for _ in range(OPEN_AT_ONCE)]
    refused = person.client.post(CONVERSATIONS, TICKET)
    assert (refused.status, refused.code) == (429, "rate_limited")
    assert refused["open_conversations"] == OPEN_AT_ONCE == 50
    assert refused["retry_after"] == int(refused.headers["Retry-After"]) == 3600
    assert refused.headers["RateLimit-Policy"] == '"open_conversations";q=50;w=3600'
    assert listed(person) == 50
    assert say(person.client, made[0]).status == 201  # what is open goes on
    assert begin(create_person(wallet).client).status == 201
    person.client.post(f"{CONVERSATIONS}/{made[0]}/close")
    assert begin(person.client).status == 201
    assert person.client.post(CONVERSATIONS, TICKET).code == "rate_limited"


def test_what_is_resolved_waits_for_nobody_and_counts_no_more(
    wallet: Wallet, person: Person, few: int
) -> None:
    made = [begin(person.client, channel="ticket")["id"] for _ in range(few)]
    assert person.client.post(CONVERSATIONS, TICKET).code == "rate_limited"
    create_agent(wallet).client.post(f"{DESK}/{made[0]}/resolve")
    assert begin(person.client).status == 201


def test_a_refusal_keeps_no_key_and_a_first_answer_is_still_told_at_the_cap(
    person: Person, few: int
) -> None:
    first = person.client.post(CONVERSATIONS, TICKET, key="first")
    made = [begin(person.client)["id"] for _ in range(few - 1)]
    again = person.client.post(CONVERSATIONS, TICKET, key="first")
    assert (again.status, again.raw) == (201, first.raw)
    assert person.client.post(CONVERSATIONS, TICKET, key="last").code == "rate_limited"
    person.client.post(f"{CONVERSATIONS}/{made[0]}/close")
    assert person.client.post(CONVERSATIONS, TICKET, key="last").status == 201


def test_cases_that_are_begun_at_once_stay_within_the_cap(
    wallet: Wallet, person: Person, few: int
) -> None:
    def one(_: int) -> Answer:
        client = Client(wallet.app.test_client(), person.client.headers)
        return client.post(CONVERSATIONS, TICKET)

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(it.status for it in pool.map(one, range(12)))
    assert answers == [201] * few + [429] * (12 - few)
    assert listed(person) == few


def test_a_flood_of_messages_is_refused_for_the_rest_of_the_minute(
    wallet: Wallet, person: Person, clock: Clock, slowly: int
) -> None:
    first, second = (str(begin(person.client, channel="ticket")["id"]) for _ in range(2))
    said = [say(person.client, it).status for it in (first, second, first)]
    assert said == [201] * 3  # with the first words of each, five
    refused = say(person.client, second)
    assert (refused.status, refused.code) == (429, "rate_limited")
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["RateLimit-Policy"] == '"messages";q=5;w=60'
    assert person.client.post(CONVERSATIONS, TICKET).code == "rate_limited"
    assert person.client.get(f"{CONVERSATIONS}/{second}")["last_seq"] == 2
    assert begin(create_person(wallet).client).status == 201
    clock.jump_to(clock.now() + timedelta(seconds=int(refused["retry_after"])))
    again = person.signed_in_again()
    assert say(again, second).status == 201


def test_what_agents_write_is_not_counted(wallet: Wallet, person: Person, slowly: int) -> None:
    agent, made = create_agent(wallet).client, begin(person.client, channel="ticket")["id"]
    for _ in range(2 * slowly):
        assert agent.post(f"{DESK}/{made}/messages", {"text": "here"}).status == 201
    assert [say(person.client, made).status for _ in range(slowly)] == [201] * 4 + [429]


def test_nobody_who_types_meets_the_limit() -> None:
    assert MESSAGES_A_MINUTE == 300
