"""Clocks in the database: written down as events, looked at by jobs on the virtual clock, announced when they pass."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy import exc

from app.core.database import Transaction
from app.core.events import Event
from app.core.jobs import Job
from app.factory import Wallet
from app.support.clocks import keeping
from app.support.clocks.models import ClockEventRow
from app.support.clocks.queries import ClockReading, clocks_of
from app.support.clocks.rules import LOOK_JOB, ClockKind, ClockStatus, target_of
from app.support.conversations.models import Conversation, Note
from app.support.conversations.recording import (
    NewConversation,
    add_message,
    move,
    open_conversation,
    take_conversation,
)
from app.support.conversations.rules import Author, ConversationChannel
from app.support.conversations.rules import ConversationStatus as S
from tests.conftest import Clock
from tests.factories.conversations import DESK, begin
from tests.factories.people import create_person
from tests.factories.staff import Colleague, create_agent

SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2027, 1, 11, tzinfo=SHANGHAI)
HOUR = timedelta(hours=1)


@dataclass
class Case:
    """A conversation and what its clocks did."""

    wallet: Wallet
    clock: Clock
    id: str
    heard: list[Event]

    def say(self, author: Author, text: str = "hello", agent_id: str | None = None) -> None:
        with self.wallet.database.transaction() as tx:
            add_message(tx, self.wallet.support, self.id, author, text, agent_id=agent_id)

    def answer(self) -> None:
        self.say(Author.AGENT, agent_id=create_agent(self.wallet).agent_id)

    def move(self, *course: S) -> None:
        for status in course:
            with self.wallet.database.transaction() as tx:
                move(tx, self.wallet.support, take_conversation(tx, self.id), status)

    def claim(self, agent: Colleague) -> None:
        assert agent.client.post(f"{DESK}/{self.id}/claim").status == 200

    def escalate(self) -> None:
        asked = {"reason": "she has waited for days"}
        answer = create_agent(self.wallet).client.post(f"{DESK}/{self.id}/escalate", asked)
        assert answer.status == 200

    def snooze(self, span: timedelta) -> None:
        asked = {"until": (self.clock.now() + span).isoformat()}
        answer = create_agent(self.wallet).client.post(f"{DESK}/{self.id}/snooze", asked)
        assert answer.status == 200, answer.body

    def notes(self) -> list[Note]:
        with self.wallet.database.snapshot() as tx:
            mine = sa.select(Note).where(Note.conversation_id == self.id)
            return list(tx.scalars(mine.order_by(Note.id)))

    def do(self, act: Callable[..., None], *args: object, **how: object) -> None:
        with self.wallet.database.transaction() as tx:
            act(tx, self.wallet.support, self.id, *args, **how)

    def reading(self, kind: ClockKind) -> ClockReading:
        with self.wallet.database.snapshot() as tx:
            found = clocks_of(tx, SHANGHAI, [self.id])[self.id]
        return next(each for each in found if each.kind is kind)

    def written(self, kind: ClockKind) -> list[str]:
        with self.wallet.database.snapshot() as tx:
            return list(
                tx.scalars(
                    sa.select(ClockEventRow.type)
                    .where(ClockEventRow.conversation_id == self.id, ClockEventRow.kind == kind)
                    .order_by(ClockEventRow.number)
                )
            )

    @property
    def row(self) -> Conversation:
        with self.wallet.database.snapshot() as tx:
            return tx.get_one(Conversation, self.id)

    def jobs(self) -> int:
        with self.wallet.database.snapshot() as tx:
            count = sa.select(sa.func.count()).select_from(Job).where(Job.kind == LOOK_JOB)
            return tx.scalars(count).one()

    @property
    def announced(self) -> list[tuple[str, object]]:
        return [(event.type, event.data["percent"]) for event in self.heard]


@pytest.fixture
def case(wallet: Wallet, clock: Clock) -> Case:
    """A mail that came on a Monday at 8:00, before opening: answered by 18:00, solved in three days."""
    heard: list[Event] = []

    def hear(_: Transaction, event: Event) -> None:
        if "percent" in event.data:
            heard.append(event)

    wallet.events.listen(hear)
    clock.jump_to(MONDAY + 8 * HOUR)
    return Case(wallet, clock, open_case(wallet), heard)


def open_case(
    wallet: Wallet,
    channel: ConversationChannel = ConversationChannel.EMAIL,
    promised_reply_at: datetime | None = None,
) -> str:
    with wallet.database.transaction() as tx:
        new = NewConversation(channel, None, promised_reply_at=promised_reply_at)
        return open_conversation(tx, wallet.support, new).id


def test_a_case_is_warned_about_escalated_and_escalated_again(case: Case):
    case.clock.advance(hours=7)
    assert case.announced == []
    case.clock.advance(hours=1)
    assert case.announced == [("conversation.clock_warned", 75)]
    assert case.reading(ClockKind.FIRST_RESPONSE).warned
    case.clock.advance(hours=2.5)
    assert case.announced[1:] == [("conversation.escalated", 100)]
    case.clock.advance(hours=24)
    assert case.announced[2:] == [("conversation.escalated", 150)]
    reading = case.reading(ClockKind.FIRST_RESPONSE)
    assert reading.breached
    assert reading.due_at == MONDAY + 18 * HOUR
    assert case.written(ClockKind.FIRST_RESPONSE) == ["start", "warned", "missed", "escalated"]


def test_an_answer_in_time_meets_the_clock_and_nobody_is_warned(case: Case):
    case.clock.advance(hours=2)
    case.answer()
    case.clock.advance(hours=12)

    reading = case.reading(ClockKind.FIRST_RESPONSE)
    assert (reading.state, reading.due_at, reading.breached) == (ClockStatus.MET, None, False)
    assert 3600 <= reading.elapsed_seconds < 3700
    assert case.announced == []


def test_waiting_stops_both_clocks_and_their_jobs(case: Case):
    case.clock.advance(hours=2)
    case.move(S.WAITING_USER)
    assert case.jobs() == 0
    case.clock.advance(days=30)
    assert case.announced == []
    assert case.reading(ClockKind.RESOLUTION).state is ClockStatus.PAUSED
    case.say(Author.USER)

    reading = case.reading(ClockKind.RESOLUTION)
    assert reading.state is ClockStatus.RUNNING
    assert 3600 <= reading.elapsed_seconds < 3700
    assert case.jobs() == 2


def test_a_mark_that_passed_before_its_job_ran_is_written_down_all_the_same(case: Case):
    case.clock.jump_to(MONDAY + 9 * HOUR + 25 * HOUR)
    case.move(S.WAITING_THIRD_PARTY)

    assert case.written(ClockKind.FIRST_RESPONSE) == ["start", "warned", "missed", "pause"]
    assert case.reading(ClockKind.FIRST_RESPONSE).breached


def test_a_promise_that_is_missed_reopens_the_case(case: Case):
    case.id = open_case(case.wallet, promised_reply_at=MONDAY + 20 * HOUR)
    case.move(S.WAITING_THIRD_PARTY)
    assert case.reading(ClockKind.PROMISE).due_at == MONDAY + 20 * HOUR
    case.clock.advance(hours=11)
    assert case.row.status == S.WAITING_THIRD_PARTY
    case.clock.advance(hours=1)

    assert case.row.status == S.OPEN
    assert case.row.escalated_at is not None
    assert case.written(ClockKind.RESOLUTION) == ["start", "pause", "resume"]


def test_a_promise_that_is_kept_reopens_nothing(case: Case):
    case.id = open_case(case.wallet, promised_reply_at=MONDAY + 20 * HOUR)
    case.answer()
    case.move(S.WAITING_USER)
    case.clock.advance(hours=24)

    assert case.row.status == S.WAITING_USER
    assert case.reading(ClockKind.PROMISE).state is ClockStatus.MET


def test_a_job_that_runs_twice_warns_once(case: Case):
    case.clock.jump_to(MONDAY + 17 * HOUR)
    twice = case.wallet.jobs.claim_next()
    assert twice is not None
    handler = case.wallet.jobs.handlers[LOOK_JOB]
    handler(twice)
    handler(twice)

    assert case.announced == [("conversation.clock_warned", 75)]


def test_a_case_that_is_closed_unanswered_has_neither_met_nor_missed(case: Case):
    case.move(S.CLOSED)
    case.clock.advance(days=9)

    assert case.announced == []
    assert case.reading(ClockKind.RESOLUTION).state is ClockStatus.CANCELLED


def test_a_solved_case_that_is_reopened_has_its_time_once_more(case: Case):
    case.move(S.RESOLVED)
    assert case.reading(ClockKind.RESOLUTION).state is ClockStatus.MET
    case.clock.advance(days=2)
    case.say(Author.USER)

    reading = case.reading(ClockKind.RESOLUTION)
    assert (reading.state, reading.elapsed_seconds) == (ClockStatus.RUNNING, 0)
    assert case.reading(ClockKind.FIRST_RESPONSE).state is ClockStatus.MET


def test_what_means_nothing_writes_nothing(case: Case):
    case.do(keeping.meet, ClockKind.PROMISE)
    case.do(keeping.resume, ClockKind.RESOLUTION)
    case.do(keeping.meet, ClockKind.RESOLUTION)
    case.do(keeping.pause, ClockKind.RESOLUTION)

    assert case.written(ClockKind.RESOLUTION) == ["start", "met"]


def test_a_promise_does_not_pause(case: Case):
    with pytest.raises(ValueError, match="doesn't pause"):
        case.do(keeping.pause, ClockKind.PROMISE)


def test_the_clocks_of_many_cases_are_read_at_once(case: Case):
    chat = open_case(case.wallet, ConversationChannel.CHAT)
    with case.wallet.database.snapshot() as tx:
        readings = clocks_of(tx, SHANGHAI, [chat, case.id, "cnv_of_nobody"])

    assert [each.target_seconds for each in readings[chat]] == [120, 4 * 3600]
    assert [each.target_seconds for each in readings[case.id]] == [9 * 3600, 27 * 3600]
    assert readings["cnv_of_nobody"] == []


def test_a_clock_that_starts_in_an_urgent_case_has_half_the_time(case: Case):
    assert target_of(ClockKind.FIRST_RESPONSE, "email", "urgent") == 4.5 * HOUR
    due = case.reading(ClockKind.RESOLUTION).due_at
    case.escalate()
    assert case.reading(ClockKind.RESOLUTION).due_at == due  # what runs keeps its time
    case.move(S.RESOLVED, S.OPEN)
    assert case.reading(ClockKind.RESOLUTION).target_seconds == 13.5 * 3600


def test_a_missed_deadline_makes_the_case_urgent_and_wakes_it(case: Case):
    case.clock.advance(hours=9)
    assert case.row.priority == "normal"
    case.snooze(timedelta(days=20))
    case.clock.advance(hours=1.5)
    assert (case.row.priority, case.row.snoozed_until) == ("urgent", None)
    assert case.announced[-1] == ("conversation.escalated", 100)


def test_what_nobody_answered_for_long_goes_back_to_the_queue_and_asks_for_a_supervisor(case: Case):
    agent = create_agent(case.wallet)
    case.claim(agent)
    case.clock.advance(hours=24)
    assert (case.row.assigned_to, case.notes()) == (agent.agent_id, [])
    case.clock.advance(hours=12)
    assert case.row.assigned_to is None
    assert len(case.notes()) == 1
    assert case.notes()[0].agent_id is None
    assert "主管" in case.notes()[0].text
    assert "supervisor" in case.notes()[0].text


def test_what_is_not_solved_for_long_asks_for_a_supervisor_and_stays_with_its_agent(case: Case):
    agent = create_agent(case.wallet)
    case.claim(agent)
    case.say(Author.AGENT, agent_id=agent.agent_id)
    case.clock.advance(days=10)
    assert case.row.assigned_to == agent.agent_id
    assert ["solution" in it.text for it in case.notes()] == [True]


def test_a_chat_that_is_not_answered_for_long_is_given_to_somebody_else(wallet: Wallet, case: Case):
    case.clock.jump_to(MONDAY + 12 * HOUR)
    slow = create_agent(wallet)
    slow.client.put("/internal/v1/me/presence", {"status": "online"})
    case.id = begin(create_person(wallet).client)["id"]
    assert case.row.assigned_to == slow.agent_id
    colleague = create_agent(wallet)
    colleague.client.put("/internal/v1/me/presence", {"status": "online", "capacity": 50})
    for _ in range(3):
        begin(create_person(wallet).client)
    case.clock.advance(minutes=4)
    assert case.row.assigned_to == colleague.agent_id
    assert len(case.notes()) == 1  # the promise speaks for the first answer


@pytest.mark.parametrize("wanted", ["chat", "ticket"])
@pytest.mark.parametrize("hour", [3, 12, 20, 23.99])
def test_a_promise_and_the_clock_of_the_first_answer_are_the_same_time(
    case: Case, wanted: str, hour: float
):
    case.clock.jump_to(MONDAY + timedelta(days=1, hours=hour))
    made = begin(create_person(case.wallet).client, channel=wanted)
    case.id = made["id"]
    first, promise = case.reading(ClockKind.FIRST_RESPONSE), case.reading(ClockKind.PROMISE)
    assert first.due_at == promise.due_at == datetime.fromisoformat(made["promised_reply_at"])
    assert (first.target_seconds, first.warned) == (promise.target_seconds, promise.warned)


def test_a_promise_that_is_missed_wakes_an_open_case_that_was_put_off(case: Case):
    case.id = open_case(case.wallet, promised_reply_at=MONDAY + 20 * HOUR)
    case.answer()
    with case.wallet.database.transaction() as tx:
        keeping.promise(tx, case.wallet.support, case.id, MONDAY + 21 * HOUR, channel="email")
    case.move(S.OPEN)
    case.snooze(timedelta(days=20))
    case.clock.advance(hours=14)
    assert (case.row.status, case.row.snoozed_until) == (S.OPEN, None)


def test_what_is_written_down_stays(case: Case):
    for statement in (
        sa.delete(ClockEventRow),
        sa.update(ClockEventRow).values(elapsed_seconds=0),
    ):
        with (
            pytest.raises(exc.DBAPIError, match="immutable"),
            case.wallet.database.transaction() as tx,
        ):
            tx.execute(statement)
