"""A stream tells every message once, in order, whatever is cut; it ends when it has to, and holds nothing meanwhile."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.core.clock import machine_now
from app.core.errors import Refusal
from app.core.http import streams
from app.core.http.call import Principal
from app.core.http.streams import EventSource, EventStreams, ServerEvent, written
from app.factory import Wallet
from app.support.conversations.live import Watcher
from app.support.conversations.models import Attendance, Typing
from app.support.conversations.operations.tend_queue import tend_queue
from app.support.conversations.watching import Watch
from tests.client import Client
from tests.conftest import Clock
from tests.factories.conversations import CONVERSATIONS, DESK, begin, say
from tests.factories.listening import Listener
from tests.factories.people import Person, create_person
from tests.factories.staff import Colleague, create_agent

QUEUE = "/internal/v1/events"


@pytest.fixture
def person(wallet: Wallet) -> Person:
    return create_person(wallet)


@pytest.fixture
def conversation_id(person: Person) -> str:
    return str(begin(person.client)["id"])


def events(conversation_id: str) -> str:
    return f"{CONVERSATIONS}/{conversation_id}/events"


def reply(agent: Colleague, conversation_id: str, text: str = "here") -> None:
    said = agent.client.post(f"{DESK}/{conversation_id}/messages", {"text": text})
    assert said.status == 201, said.body


def test_a_stream_tells_what_was_said_then_what_is_said(
    wallet: Wallet, person: Person, conversation_id: str
) -> None:
    agent = create_agent(wallet)
    with Listener(person.client, events(conversation_id)) as ear:
        assert ear.headers["Cache-Control"] == "no-store, no-transform"
        assert ear.headers["X-Accel-Buffering"] == "no"
        ear.wait_for(1)
        reply(agent, conversation_id)
        say(person.client, conversation_id)
        told = ear.wait_for(3)
    listed = person.client.get(f"{CONVERSATIONS}/{conversation_id}/messages")["data"]
    assert [it.data for it in told] == listed
    assert [it.id for it in told] == [1, 2, 3]


def test_a_cut_stream_goes_on_where_it_was(person: Person, conversation_id: str) -> None:
    path = events(conversation_id)
    with Listener(person.client, path) as ear:
        say(person.client, conversation_id)
        ear.wait_for(2)
    for _ in range(5):
        say(person.client, conversation_id)
    with Listener(person.client, path, Last_Event_ID="2") as ear:
        ear.wait_for(5)
        assert ear.seqs == [3, 4, 5, 6, 7]
    with Listener(person.client, f"{path}?after_seq=6", Last_Event_ID="5") as ear:
        assert ear.wait_for(2)[0].id == 6  # a browser that comes back repeats its address
    with Listener(person.client, f"{path}?after_seq=6") as ear:
        assert [it.id for it in ear.wait_for(1)] == [7]


def test_a_long_conversation_is_told_whole(person: Person, monkeypatch: Any) -> None:
    monkeypatch.setattr("app.support.conversations.operations.follow_conversation.AT_ONCE", 3)
    made = begin(person.client)["id"]
    for _ in range(9):
        say(person.client, made)
    with Listener(person.client, events(made)) as ear:
        ear.wait_for(10)
        assert ear.seqs == list(range(1, 11))


@pytest.mark.parametrize("wrong", ["x", "-1", "1.5", "١", "9" * 30, "1 2"])
@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_place_that_was_never_told_is_refused(
    person: Person, conversation_id: str, wrong: str
) -> None:
    headers = person.client.headers | {"Last-Event-ID": wrong.encode().decode("latin-1")}
    asked = Client(person.client.flask, headers).get(events(conversation_id))
    assert asked.code == "validation_failed"
    assert asked["errors"][0]["pointer"] == "/Last-Event-ID"


def test_notes_are_not_told(wallet: Wallet, person: Person, conversation_id: str) -> None:
    agent = create_agent(wallet)
    with Listener(person.client, events(conversation_id)) as ear:
        ear.wait_for(1)
        agent.client.post(f"{DESK}/{conversation_id}/notes", {"text": "between us"})
        reply(agent, conversation_id)
        ear.wait_for(2)
        assert "between us" not in str(ear.heard)
        assert ear.seqs == [1, 2]


def test_typing_and_presence_carry_no_id(
    wallet: Wallet, person: Person, conversation_id: str
) -> None:
    agent = create_agent(wallet)
    agent.client.put("/internal/v1/me/presence", {"status": "online"})
    with Listener(person.client, events(conversation_id)) as ear:
        reply(agent, conversation_id)
        [present, *_] = ear.wait_for(1, "presence")
        assert present.data == {"agent": {"display_name": "Sandbox Agent"}, "status": "online"}
        agent.client.post(f"{DESK}/{conversation_id}/typing")
        person.client.post(f"{CONVERSATIONS}/{conversation_id}/typing")
        [typing, *_] = ear.wait_for(1, "typing")
        assert typing.data == {"author": "agent", "seconds": 6}
        agent.client.put("/internal/v1/me/presence", {"status": "offline"})
        assert ear.wait_for(2, "presence")[1].data["status"] == "offline"
        assert len(ear.of("typing")) == 1  # your own typing isn't told you
        assert {it.id for it in ear.heard if it.event != "message"} == {None}


def over_is_over(wallet: Wallet) -> None:
    """Half a minute goes by on the machine's clock."""
    with wallet.database.transaction() as tx:
        for table in (Typing, Attendance):
            tx.execute(sa.update(table).values(expires_at=machine_now() - timedelta(seconds=1)))


def test_agents_are_told_whether_the_user_has_the_conversation_open(
    wallet: Wallet, person: Person, conversation_id: str
) -> None:
    agent = create_agent(wallet)
    with (
        Listener(agent.client, QUEUE) as desk,
        Listener(person.client, events(conversation_id)) as ear,
    ):
        ear.wait_for(1)
        [here] = desk.wait_for(1, "customer_presence")
        assert here.data == {"conversation_id": conversation_id, "status": "online"}
        assert person.client.post("/v1/auth/logout").status == 204
        ear.wait_for_the_end()
        over_is_over(wallet)
        gone = desk.wait_for(2, "customer_presence")[1]
        assert gone.data == {"conversation_id": conversation_id, "status": "offline"}
        assert (here.id, gone.id) == (None, None)
    with Listener(agent.client, QUEUE) as later:
        later.wait_for(1, "ready")
        assert later.of("customer_presence") == []


def test_who_typed_and_who_was_there_is_not_kept(
    wallet: Wallet, person: Person, conversation_id: str
) -> None:
    agent = create_agent(wallet)
    person.client.post(f"{CONVERSATIONS}/{conversation_id}/typing")
    agent.client.post(f"{DESK}/{conversation_id}/typing")
    with Listener(person.client, events(conversation_id)) as ear:
        ear.wait_for(1)
    tend_queue(wallet.support)
    assert kept(wallet) == (2, 1)  # still true
    over_is_over(wallet)
    tend_queue(wallet.support)
    assert kept(wallet) == (0, 0)


def kept(wallet: Wallet) -> tuple[int, ...]:
    with wallet.database.snapshot() as tx:
        count = sa.func.count()
        return tuple(
            tx.scalars(sa.select(count).select_from(it)).one() for it in (Typing, Attendance)
        )


def test_it_ends_with_the_conversation_once_all_is_told(
    person: Person, conversation_id: str
) -> None:
    path = events(conversation_id)
    with Listener(person.client, path) as ear:
        ear.wait_for(1)
        say(person.client, conversation_id)
        person.client.post(f"{CONVERSATIONS}/{conversation_id}/close")
        ear.wait_for_the_end()
        assert ear.seqs == [1, 2]
        assert ear.heard[-1].data == {"status": "closed"}
    with Listener(person.client, path, Last_Event_ID="1") as ear:
        ear.wait_for_the_end()
        assert ear.seqs == [2]
    over = person.client.with_headers(Last_Event_ID="2").get(path)
    assert (over.status, over.raw) == (204, b"")  # on which a browser doesn't come back


def test_it_ends_with_the_session(person: Person, conversation_id: str) -> None:
    again = person.signed_in_again()
    with (
        Listener(person.client, events(conversation_id)) as mine,
        Listener(again, events(conversation_id)) as other,
    ):
        mine.wait_for(1)
        other.wait_for(1)
        person.client.post("/v1/auth/logout")
        mine.wait_for_the_end()
        say(again, conversation_id)
        other.wait_for(2)


def test_it_goes_on_when_the_access_token_is_over_but_the_session_is_not(
    person: Person, conversation_id: str, clock: Clock
) -> None:
    with Listener(person.client, events(conversation_id)) as ear:
        ear.wait_for(1)
        clock.jump_to(clock.now() + timedelta(minutes=20))
        say(person.signed_in_again(), conversation_id)
        ear.wait_for(2)
        clock.jump_to(clock.now() + timedelta(days=31))
        ear.wait_for_the_end()


def test_it_ends_with_the_server(wallet: Wallet, person: Person, conversation_id: str) -> None:
    with Listener(person.client, events(conversation_id)) as ear:
        ear.wait_for(1)
        wallet.end_streams()
        ear.wait_for_the_end()
    asked = person.client.get(events(conversation_id))
    assert (asked.status, asked.code) == (503, "busy")


def test_it_ends_with_the_epoch(wallet: Wallet, person: Person, conversation_id: str) -> None:
    session_id = person.client.get("/v1/auth/sessions")["data"][0]["id"]
    who = Principal("user", person.user_id, session_id)
    with wallet.database.snapshot() as tx:
        now, old = (Watcher(who, it, conversation_id) for it in (tx.epoch, tx.epoch - 1))
    told = Watch(wallet.database)([now, old])
    assert told[now] is not None
    assert told[old] is None


def test_there_are_fewer_streams_than_half_of_the_threads(
    wallet: Wallet, person: Person, conversation_id: str, monkeypatch: Any
) -> None:
    assert [
        EventStreams(threads)._seats._initial_value  # type: ignore[attr-defined]
        for threads in (1, 3, 4, 8, 64)
    ] == [1, 1, 1, 3, 31]
    path = events(conversation_id)
    seats = wallet.support.streams._seats
    for _ in range(30):
        assert seats.acquire(blocking=False)
    with Listener(person.client, path) as last:
        last.wait_for(1)
        refused = person.client.get(path)
        assert (refused.status, refused.code) == (503, "busy")
        assert refused.headers["Retry-After"] == "2"
    with Listener(person.client, path) as after:  # the seat is free again
        after.wait_for(1)


def test_one_user_has_a_quarter_of_the_streams_and_leaves_the_rest_to_others(
    wallet: Wallet, person: Person, conversation_id: str
) -> None:
    shares = {threads: EventStreams(threads).most_of_one for threads in (1, 8, 16, 64)}
    assert shares == {1: 1, 8: 1, 16: 2, 64: 8}
    path, other = events(conversation_id), create_person(wallet)
    theirs = str(begin(other.client)["id"])
    with ExitStack() as open_streams:
        mine = [open_streams.enter_context(Listener(person.client, path)) for _ in range(8)]
        for ear in mine:
            ear.wait_for(1)
        refused = person.signed_in_again().get(path)
        assert (refused.status, refused.code) == (503, "busy")
        assert refused.headers["Retry-After"] == "2"
        with Listener(other.client, events(theirs)) as ear:
            ear.wait_for(1)
            say(person.client, conversation_id)
            for kept in mine:  # none was ended for the ninth
                kept.wait_for(2)
    with Listener(person.client, path) as after:
        after.wait_for(2)


def test_streams_that_open_at_once_stay_within_the_share() -> None:
    streams_of_64, source = EventStreams(threads=64), iter(())
    opened: list[Any] = []

    def one(_: int) -> int:
        try:
            opened.append(streams_of_64.respond(source, "usr_1"))
        except Refusal as refusal:
            return refusal.error.status
        return 200

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(one, range(16))) == [200] * 8 + [503] * 8
    for response in opened:
        response.close()
    assert one(0) == 200


def test_a_client_that_comes_again_takes_the_place_of_its_dead_streams() -> None:
    opened: list[Any] = []
    asked: list[str] = []

    def dying(owner: str) -> None:
        """As a server that learns by a heartbeat, on another thread, that the client has gone."""
        asked.append(owner)
        threading.Timer(0.05, opened[0].close).start()

    few = EventStreams(threads=3, ask=dying)
    opened.append(few.respond(iter(()), "usr_1"))
    opened.append(few.respond(iter(()), "usr_1"))
    assert asked == ["usr_1"]


def test_a_stream_that_is_asked_sends_a_heartbeat_at_once_and_loses_no_news(
    wallet: Wallet, person: Person, conversation_id: str
) -> None:
    response = person.client.flask.open(events(conversation_id), headers=person.client.headers)
    chunks = response.iter_encoded()
    heard = [next(chunks), next(chunks)]  # it watches by now
    say(person.client, conversation_id)
    began = time.monotonic()
    wallet.support.live.ask(person.user_id)
    while b": heartbeat\n\n" not in heard or not any(b"id: 2" in it for it in heard):
        heard.append(next(chunks))
        assert time.monotonic() - began < streams.HEARTBEAT_SECONDS / 2
    response.close()


def test_a_head_request_keeps_no_seat(wallet: Wallet, person: Person, conversation_id: str) -> None:
    for _ in range(40):
        asked = person.client.flask.head(events(conversation_id), headers=person.client.headers)
        asked.close()
        assert asked.status_code == 200


def test_while_it_waits_it_holds_no_connection(
    wallet: Wallet, person: Person, conversation_id: str, monkeypatch: Any
) -> None:
    with wallet.app.app_context():
        pool = wallet.database.engine.pool
    other = create_person(wallet).client
    both = ((person.client, conversation_id), (other, str(begin(other)["id"])))
    listeners = [Listener(client, events(it)) for client, it in both for _ in range(5)]
    try:
        for ear in listeners:
            ear.wait_for(1)
        busy = [pool.checkedout() for _ in range(50)]  # type: ignore[attr-defined]
        assert max(busy) <= 2  # the poller's
    finally:
        for ear in listeners:
            ear.cut()


def test_a_heartbeat_comes_while_nothing_happens(
    person: Person, conversation_id: str, monkeypatch: Any
) -> None:
    monkeypatch.setattr(
        "app.support.conversations.operations.follow_conversation.HEARTBEAT_SECONDS", 0.05
    )
    response = person.client.flask.open(events(conversation_id), headers=person.client.headers)
    chunks = response.iter_encoded()
    heard = [next(chunks) for _ in range(6)]
    response.close()
    assert heard[0] == b": open\nretry: 2000\n\n"
    assert heard.count(b": heartbeat\n\n") >= 3


def test_an_event_is_written_on_lines_of_its_own() -> None:
    event = ServerEvent("message", {"text": "a\nb\r\n\u2028c"}, id=7)
    text = written(event).decode()
    assert text.split("\n")[:2] == ["event: message", "id: 7"]
    assert text.endswith("\n\n")
    assert text.count("\n") == 4
    assert "\r" not in text


def test_a_source_that_breaks_ends_its_stream_and_gives_the_seat_back() -> None:
    def broken() -> EventSource:
        yield ServerEvent("message", {})
        raise RuntimeError("broken")

    many = EventStreams(threads=3)
    for _ in range(3):
        chunks = list(many.respond(broken(), "usr_1").response)
        assert len(chunks) == 2
    assert streams.HEARTBEAT_SECONDS == 15


def test_the_queue_tells_what_changes_and_never_what_was_said(
    wallet: Wallet, person: Person
) -> None:
    agent = create_agent(wallet)
    with Listener(agent.client, QUEUE) as ear:
        ready = ear.wait_for(1, "ready")[0]
        made = begin(person.client, "a secret of mine", channel="ticket")["id"]
        reply(agent, made, "a secret of ours")
        ear.wait_for(2, "message_created")
        ear.wait_for(1, "status_changed")
        numbered = [it for it in ear.heard if it.id is not None]
    assert [it.id for it in numbered] == [ready.id + at for at in range(len(numbered))]  # type: ignore[operator]
    assert [it.event for it in numbered][:3] == ["ready", "opened", "message_created"]
    assert {it.data["conversation_id"] for it in numbered[1:]} == {made}
    assert "secret" not in str(ear.heard)
    with Listener(agent.client, QUEUE, Last_Event_ID=str(numbered[2].id)) as later:
        later.wait_for(1, "status_changed")
        again = [it for it in later.heard if it.id is not None]
    assert again[1:] == numbered[3:]


def test_the_queue_of_somebody_who_missed_too_much_is_read_anew(
    wallet: Wallet, person: Person
) -> None:
    agent = create_agent(wallet)
    with Listener(agent.client, QUEUE, Last_Event_ID="999") as ear:
        [first] = ear.wait_for(1, "resync")
    begin(person.client, channel="ticket")
    with Listener(agent.client, QUEUE, Last_Event_ID=str(first.id)) as ear:
        ear.wait_for(1, "opened")
        assert ear.heard[0].event == "ready"


def test_the_queue_tells_who_is_there_and_who_types(wallet: Wallet, person: Person) -> None:
    agent, colleague = create_agent(wallet), create_agent(wallet)
    made = begin(person.client, channel="ticket")["id"]
    with Listener(agent.client, QUEUE) as ear:
        ear.wait_for(1, "ready")
        colleague.client.put("/internal/v1/me/presence", {"status": "online"})
        [there] = ear.wait_for(1, "presence")
        assert there.data == {"agent_id": colleague.agent_id, "status": "online"}
        person.client.post(f"{CONVERSATIONS}/{made}/typing")
        [typing] = ear.wait_for(1, "typing")
        assert typing.data["conversation_id"] == made
        colleague.client.post("/internal/v1/auth/logout")
        assert ear.wait_for(2, "presence")[1].data["status"] == "offline"
        agent.client.post("/internal/v1/auth/logout")
        ear.wait_for_the_end()
