"""A tour that would not notice a broken wallet would be worth nothing: here the wallet is broken."""

import json
import socket
from pathlib import Path

import pytest

from demo.client import Client, Request
from demo.narration import Narration
from demo.tour import Tour
from tests.demo.running import answering, in_front_of, tour

pytestmark = pytest.mark.timeout(240)
JSON = {"Content-Type": "application/json"}
NOBODY = Request("GET", "/")


def test_one_answer_that_differs_fails_the_tour_and_its_step_is_named(
    server_url: str, tmp_path: Path
):
    def cheat(body: bytes) -> bytes:
        return body.replace(b'"attempts_remaining":2', b'"attempts_remaining":3')

    with in_front_of(server_url, cheat) as url:
        done = tour("--url", url, data_dir=tmp_path)
    assert done.returncode == 1
    assert "attempts_remaining is 3, expected 2" in done.stdout
    *_, summary = done.stdout.partition("The tour is over")
    assert "1 of " in summary
    assert "✗ A wrong amount costs one try of three" in summary


def test_a_server_that_answers_nothing_of_use_fails_every_chapter(tmp_path: Path):
    with answering(lambda *_: (200, JSON, b"{}")) as url:
        done = tour("--url", url, data_dir=tmp_path)
    assert done.returncode == 1
    assert done.stderr == ""
    assert "cannot go on without user.id" in done.stdout
    assert "each did what it said" not in done.stdout


def test_a_server_that_answers_no_json_is_survived(tmp_path: Path):
    with answering(lambda *_: (500, {}, b"\xff<html>")) as url:
        done = tour("--url", url, data_dir=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")


def test_nobody_at_the_url_is_said_at_once(tmp_path: Path):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound, and not listening: refuses
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        done = tour("--url", url, data_dir=tmp_path)
    assert done.returncode == 1
    assert "nobody answers there" in done.stdout


def test_a_wallet_without_sandbox_doors_is_left_alone(tmp_path: Path):
    seen: list[str] = []

    def production(method: str, target: str, *_: object) -> tuple[int, dict[str, str], bytes]:
        seen.append(f"{method} {target}")
        return 404, JSON, json.dumps({"code": "not_found"}).encode()

    with answering(production) as url:
        done = tour("--url", url, data_dir=tmp_path)
    assert done.returncode == 1
    assert "the sandbox doors are closed there" in done.stdout
    assert seen == ["GET /sandbox/v1/clock"]


def test_a_chapter_that_cannot_go_on_does_not_keep_the_next_one_from_being_played():
    played: list[str] = []

    def broken(tour: Tour) -> None:
        played.append("broken")
        tour.client.send(NOBODY)

    with Client("http://127.0.0.1:9") as client:
        walk = Tour(client, Narration())
        walk.chapter("First", broken)
        walk.chapter("Second", lambda _: played.append("second"))
    assert played == ["broken", "second"]
    assert walk.failures == ["First"]
