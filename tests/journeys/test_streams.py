"""Chat over real sockets, with two server processes: nothing lost or doubled, whatever is cut; streams end in time."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories.listening import SocketListener
from tests.journeys.server import Server, User

CONVERSATIONS = "/v1/support/conversations"


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


def test_every_process_tells_what_the_other_took(chat: Chat) -> None:
    ears = [chat.listen() for _ in range(4)]  # more than one process may hold
    for number in range(2, 12):
        chat.say(number)
    for ear in ears:
        ear.wait_for(11)
        assert ear.seqs == list(range(1, 12))
        ear.cut()


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
    chat = Chat(server)
    ears = [chat.listen() for _ in range(4)]
    try:
        assert [ear.status for ear in ears] == [200, 200, 200, 503]
        assert ears[-1].headers["retry-after"] == "2"
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
