"""The console's queue: the most urgent of all cases on top, page by page; what is put off is out of sight."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.core.http.call import Principal
from app.core.pagination import PageRequest
from app.factory import Wallet
from app.support.clocks.queries import clocks_of
from app.support.conversations.agent_queries import QueueFilter
from app.support.conversations.models import Conversation
from app.support.conversations.operations.watch_desk import watch_queue
from app.support.conversations.recording import (
    NewConversation,
    add_message,
    move,
    open_conversation,
    take_conversation,
)
from app.support.conversations.rules import (
    Author,
    ConversationChannel,
    Priority,
)
from app.support.conversations.rules import ConversationStatus as S
from tests.conftest import Clock
from tests.factories.conversations import DESK, begin, say, to_local
from tests.factories.people import create_person
from tests.factories.staff import Colleague, create_agent

SHANGHAI = ZoneInfo("Asia/Shanghai")
ACTIVE = QueueFilter(active_only=True, snoozed=False)


@pytest.fixture
def agent(wallet: Wallet, clock: Clock) -> Colleague:
    to_local(clock, 12)
    return create_agent(wallet)


def open_cases(wallet: Wallet, count: int, channel: str = "email") -> list[str]:
    """Cases of nobody in particular, one after the other."""
    made = []
    with wallet.database.transaction() as tx:
        start = tx.now
        for number in range(count):
            tx.now = start + timedelta(milliseconds=number)
            new = NewConversation(ConversationChannel(channel), None)
            made.append(open_conversation(tx, wallet.support, new).id)
    return made


def pages(wallet: Wallet, who: Colleague, wanted: QueueFilter, limit: int) -> Iterator[list[str]]:
    me, request = Principal("agent", who.agent_id, "ags_x", "agent"), PageRequest(limit)
    while True:
        found = watch_queue(wallet.support, me, wanted, request)
        yield [it.found.conversation.id for it in found.data]
        if found.next is None:
            return
        request = replace(request, after=found.next)


def queue(wallet: Wallet, who: Colleague, wanted: QueueFilter = ACTIVE) -> list[str]:
    return [it for page in pages(wallet, who, wanted, 50) for it in page]


def row(wallet: Wallet, conversation_id: str) -> Conversation:
    with wallet.database.snapshot() as tx:
        return tx.get_one(Conversation, conversation_id)


def test_the_most_overdue_of_many_cases_is_on_the_first_page(
    wallet: Wallet, clock: Clock, agent: Colleague
) -> None:
    overdue = open_cases(wallet, 2)
    clock.jump_to(clock.now() + timedelta(days=5))
    calm = open_cases(wallet, 60)
    first = next(pages(wallet, agent, ACTIVE, 50))
    assert first == overdue + calm[:48]


def test_urgent_comes_before_late_late_before_early_and_the_oldest_first(
    wallet: Wallet, agent: Colleague
) -> None:
    mails = open_cases(wallet, 3)
    chat = open_cases(wallet, 1, "chat")[0]
    waiting = open_cases(wallet, 1)[0]
    with wallet.database.transaction() as tx:
        move(tx, wallet.support, take_conversation(tx, waiting), S.WAITING_THIRD_PARTY)
    agent.client.post(f"{DESK}/{mails[2]}/escalate", {"reason": "she has waited for days"})
    # in two minutes, in nine hours, and a clock that stands still is due at no time
    assert queue(wallet, agent) == [mails[2], chat, mails[0], mails[1], waiting]
    listed = agent.client.get(DESK)["data"]
    assert [it["id"] for it in listed] == [waiting, chat, *mails[::-1]]


def test_pages_neither_repeat_nor_lose_a_case_while_others_come(
    wallet: Wallet, clock: Clock, agent: Colleague
) -> None:
    cases = open_cases(wallet, 7) + open_cases(wallet, 5, "chat")
    cases += open_cases(wallet, 3, "ticket")
    agent.client.post(f"{DESK}/{cases[4]}/escalate", {"reason": "she has waited for days"})
    seen: list[str] = []
    for page in pages(wallet, agent, ACTIVE, 4):
        seen += page
        open_cases(wallet, 1, "chat")
    old = [it for it in seen if it in cases]
    assert sorted(old) == sorted(cases)
    assert len(seen) == len(set(seen))


def test_what_is_put_off_is_out_of_sight_until_it_wakes(
    wallet: Wallet, clock: Clock, agent: Colleague
) -> None:
    person = create_person(wallet)
    case, other = (str(begin(person.client, channel="ticket")["id"]) for _ in range(2))
    until = clock.now() + timedelta(hours=3)
    asked = {"until": until.isoformat()}
    assert agent.client.post(f"{DESK}/{case}/snooze", asked).status == 200
    assert queue(wallet, agent) == [other]
    assert queue(wallet, agent, QueueFilter(snoozed=True)) == [case]
    assert queue(wallet, agent, QueueFilter()) == [case, other]
    assert {it["id"] for it in agent.client.get(DESK)["data"]} == {case, other}
    say(person.client, case)
    assert queue(wallet, agent) == [case, other]


@pytest.mark.parametrize(
    "course",
    [
        (),
        ("answer",),
        (S.WAITING_THIRD_PARTY,),
        (S.WAITING_APPROVAL, "hear"),
        ("answer", S.WAITING_USER),
        ("answer", S.RESOLVED),
        (S.RESOLVED, "hear"),
        (S.CLOSED,),
    ],
)
def test_the_deadline_beside_a_case_is_the_first_of_its_clocks(
    wallet: Wallet, agent: Colleague, course: tuple[Any, ...]
) -> None:
    case = begin(create_person(wallet).client)["id"]
    for step in course:
        with wallet.database.transaction() as tx:
            if isinstance(step, S):
                move(tx, wallet.support, take_conversation(tx, case), step)
            else:
                author = Author.AGENT if step == "answer" else Author.USER
                writer = agent.agent_id if step == "answer" else None
                add_message(tx, wallet.support, case, author, "yes", agent_id=writer)
    with wallet.database.snapshot() as tx:
        readings = clocks_of(tx, SHANGHAI, [case])[case]
    due = [it.due_at for it in readings if it.due_at is not None]
    assert row(wallet, case).next_due_at == min(due, default=None)


def test_a_missed_deadline_puts_a_case_first_and_wakes_it(
    wallet: Wallet, clock: Clock, agent: Colleague
) -> None:
    mail, chat = open_cases(wallet, 1)[0], open_cases(wallet, 1, "chat")[0]
    with wallet.database.transaction() as tx:
        add_message(tx, wallet.support, chat, Author.AGENT, "yes", agent_id=agent.agent_id)
    asked = {"until": (clock.now() + timedelta(days=20)).isoformat()}
    assert agent.client.post(f"{DESK}/{mail}/snooze", asked).status == 200
    assert queue(wallet, agent) == [chat]
    with wallet.database.transaction() as tx:
        move(tx, wallet.support, take_conversation(tx, chat), S.WAITING_USER)
    clock.advance(days=5)
    missed = row(wallet, mail)
    assert (missed.priority, missed.snoozed_until) == (Priority.URGENT, None)
    assert queue(wallet, agent) == [mail, chat]
