"""Ports at which nobody answers: refused at once, or never told anything."""

import socket
from collections.abc import Callable

import httpx2
import pytest

from tests.world.running import RunningWorld, at_once

SHORT_SECONDS = 0.3


def port_of(world: RunningWorld, kind: str) -> int:
    port = httpx2.URL(world.addresses[kind]).port
    assert port
    return port


def call(world: RunningWorld, kind: str) -> None:
    socket.create_connection(("127.0.0.1", port_of(world, kind)), timeout=SHORT_SECONDS).close()


def assert_dead(world: RunningWorld) -> None:
    with pytest.raises(ConnectionRefusedError):
        call(world, "refusing")
    with pytest.raises(TimeoutError):
        call(world, "silent")


def reset(world: RunningWorld) -> None:
    world.reset()


def kill_and_start(world: RunningWorld) -> None:
    world.kill()
    world.start()


def stop_and_start(world: RunningWorld) -> None:
    world.stop()
    world.start()


@pytest.mark.parametrize("what", [reset, kill_and_start, stop_and_start])
def test_dead_ports_are_the_same_and_as_dead_afterwards(
    own_world: RunningWorld, what: Callable[[RunningWorld], None]
) -> None:
    assert_dead(own_world)
    before = own_world.addresses
    what(own_world)
    assert own_world.addresses == before
    assert_dead(own_world)


def test_the_silent_port_is_silent_to_everybody_and_stays_so(world: RunningWorld) -> None:
    for _ in range(2):
        results = at_once(20, lambda _: call(world, "silent"))
        assert [type(it) for it in results] == [TimeoutError] * 20


def test_nobody_else_can_have_a_dead_port(world: RunningWorld) -> None:
    for kind in ("refusing", "silent"):
        port = port_of(world, kind)
        with socket.socket() as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with pytest.raises(OSError, match="in use"):
                other.bind(("127.0.0.1", port))


def test_no_fault_can_be_asked_of_a_dead_port(world: RunningWorld) -> None:
    body = {"target": "silent", "kind": "connection_refused"}
    answer = world.call("control", "POST", "/faults", body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/target")
