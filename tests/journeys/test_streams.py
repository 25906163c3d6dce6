"""Chat over real sockets, with two server processes: nothing lost or doubled, whatever is cut; streams end in time."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.factories.conversations import CONVERSATIONS, DESK, SHANGHAI
from tests.factories.listening import SocketListener
from tests.journeys.server import Server, User


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Two processes, with seats enough for streams that were cut: theirs are free at the next heartbeat only."""
    settings = {"WALLET_WORKERS": "2", "WALLET_THREADS": "64"}
    running = Server(tmp_path_factory.mktemp("chat") / "var", settings).start()
    yield running
    assert running.stop() == 0


class Chat:
    """A user with a conversation."""

    def __init__(self, server: Server) -> None:
        self.user: User = server.user()
        made = self.user.call("POST", CONVERSATIONS, {"channel": "ticket", "message": "number 1"})
        assert made.status_code == 201, made.text
        self.path = f"{CONVERSATIONS}/{made.json()['id']}"
        self.url = server.url

    def say(self, number: int) -> None:
        said = self.user.call("POST", f"{self.path}/messages", {"text": f"number {number}"})
        assert said.json()["seq"] == number, said.text

    def listen(self, last_event_id: int | None = None) -> SocketListener:
        token = self.user.made["access_token"]
        return SocketListener(self.url, f"{self.path}/events", token, last_event_id)


@pytest.fixture
def chat(server: Server) -> Chat:
    return Chat(server)


def test_a_stream_cut_for_ten_minutes_during_fifty_messages_loses_and_doubles_none(
    server: Server, chat: Chat
) -> None:
    ear = chat.listen()
    for number in range(2, 6):
        chat.say(number)
    ear.wait_for(5)
    ear.cut()
    for number in range(6, 31):
        chat.say(number)
    server.advance(600)
    for number in range(31, 56):
        chat.say(number)
    again = chat.listen(ear.seqs[-1])
    again.wait_for(50)
    chat.say(56)  # live again
    again.wait_for(51)
    told = [*ear.of("message"), *again.of("message")]
    assert [it.id for it in told] == list(range(1, 57))
    assert [it.data["text"] for it in told] == [f"number {it}" for it in range(1, 57)]
    again.cut()


def test_a_stream_cut_anywhere_goes_on_there(chat: Chat) -> None:
    """Cut in the middle of the replay, again and again."""
    for number in range(2, 31):
        chat.say(number)
    seen: list[int | None] = []
    while len(seen) < 30:
        ear = chat.listen(int(seen[-1] or 0) if seen else None)
        ear.wait_for(min(7, 30 - len(seen)))
        ear.cut()
        seen += ear.seqs
    assert seen == list(range(1, 31))


def test_a_phone_that_loses_its_network_again_and_again_is_let_in_each_time(chat: Chat) -> None:
    """Its dead streams would be its whole share until their next heartbeat; nobody says anything meanwhile."""
    began = time.monotonic()
    for _ in range(30):
        ear = chat.listen()
        assert ear.status == 200
        ear.wait_for(1)
        ear.cut()
    assert time.monotonic() - began < 12  # before the first heartbeat of them


def test_every_process_tells_what_the_other_took(chat: Chat) -> None:
    ears = [chat.listen() for _ in range(4)]  # more than one process may hold
    for number in range(2, 12):
        chat.say(number)
    for ear in ears:
        ear.wait_for(11)
        assert ear.seqs == list(range(1, 12))
        ear.cut()


def test_a_chat_follows_the_agents_who_are_there(server: Server) -> None:
    """The worker sees that one has gone, gives the chat to the other, and their queues tell of it."""
    _go_to_day(server)
    first, second = (Agent(server) for _ in range(2))
    first.is_there()
    user = server.user()
    made = user.call("POST", CONVERSATIONS, {"channel": "chat", "message": "hello"}).json()
    assert made["channel"] == "chat"
    with_second = second.listen()
    with_second.wait_for(1, "ready")
    assert first.call("GET", f"{DESK}/{made['id']}")["assigned_to"] == first.id
    answered = first.call("POST", f"{DESK}/{made['id']}/messages", {"text": "one moment"})
    assert answered["seq"] == 2
    second.is_there()
    first.call("POST", "/internal/v1/auth/logout")
    given = with_second.wait_for(2, "assigned")
    assert [it.data["assigned_to"] for it in given] == [None, second.id]
    assert second.call("GET", f"{DESK}/{made['id']}")["assigned_to"] == second.id
    numbers = [it.id for it in with_second.heard if it.id is not None]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    with_second.cut()


class Agent:
    """A sandbox agent, speaking HTTP."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._made = server.call("POST", "/sandbox/v1/agents", {}).json()
        self.id = self._made["agent"]["id"]

    def call(self, method: str, path: str, body: Any = None) -> Any:
        token = f"Bearer {self._made['access_token']}"
        answer = self._server.call(method, path, body, Authorization=token)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def is_there(self) -> None:
        self.call("PUT", "/internal/v1/me/presence", {"status": "online"})

    def listen(self) -> SocketListener:
        token = self._made["access_token"]
        return SocketListener(self._server.url, "/internal/v1/events", token)


def _go_to_day(server: Server) -> None:
    """To noon in Shanghai, or the chat would be a ticket at some hours of the day."""
    now = datetime.fromisoformat(server.call("GET", "/sandbox/v1/clock").json()["now"])
    noon = now.astimezone(SHANGHAI).replace(hour=12, minute=0, second=0)
    noon += timedelta(days=1) if noon <= now else timedelta(0)
    moved = server.call("POST", "/sandbox/v1/clock/advance", {"to": noon.isoformat()})
    assert moved.status_code == 200, moved.text


def test_a_stream_ends_with_the_session_and_with_the_sandbox(server: Server) -> None:
    chat = Chat(server)
    ear = chat.listen()
    ear.wait_for(1)
    began = time.monotonic()
    chat.user.call("POST", "/v1/auth/logout")
    ear.wait_for_the_end()
    assert time.monotonic() - began < 5
    ear.cut()
    ear = Chat(server).listen()
    ear.wait_for(1)
    assert server.call("POST", "/sandbox/v1/reset").status_code == 204
    ear.wait_for_the_end()
    ear.cut()


def test_too_many_streams_are_refused_nobody_else_waits_and_the_server_stops(
    tmp_path: Path,
) -> None:
    server = Server(tmp_path / "var", {"WALLET_THREADS": "8"}).start()
    chats = [Chat(server) for _ in range(4)]
    ears = [chat.listen() for chat in chats]
    try:
        assert [ear.status for ear in ears] == [200, 200, 200, 503]
        assert ears[-1].headers["retry-after"] == "2"
        ears.append(chats[0].listen())
        assert ears[-1].status == 503
        began = time.monotonic()
        for _ in range(10):
            assert server.call("GET", "/healthz").status_code == 200
        assert time.monotonic() - began < 5
        began = time.monotonic()
    finally:
        assert server.stop() == 0
    for ear in ears[:3]:
        ear.wait_for_the_end()
    assert time.monotonic() - began < 10
    for ear in ears:
        ear.cut()
