"""The tour, really played: script/demo as a newcomer runs it."""

import re
import signal
import socket
import subprocess
import time
from pathlib import Path

import httpx2
import pytest

from tests.demo.running import read_until, started, tour

pytestmark = pytest.mark.timeout(240)

Played = subprocess.CompletedProcess[str]
CHAPTERS = (
    "Password recovery",
    "Payments and their failure reasons",
    "Bank card change",
    "Contacting support",
)
WHOLE_TOKEN = re.compile(r"\b(?:at|rt|vt)_[A-Za-z0-9_-]{10,}")


def is_listening(url: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", httpx2.URL(url).port)) == 0


def serving_url(lines: list[str]) -> str:
    return next(word for line in lines for word in line.split() if word.startswith("http://"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tour") / "var"


@pytest.fixture(scope="module")
def played(folder: Path) -> Played:
    return tour("--exit", data_dir=folder)


def test_each_step_does_what_it_says_also_the_second_time_on_the_same_folder(
    played: Played, folder: Path
):
    for done in (played, tour("--exit", data_dir=folder)):
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr
        assert done.stderr == ""
        assert "each did what it said" in done.stdout
        assert "✗" not in done.stdout
        assert all(chapter in done.stdout for chapter in CHAPTERS)
        assert not is_listening(serving_url(done.stdout.splitlines()))


def test_the_narration_shows_what_is_sent_and_answered_but_no_token_and_no_colour(played: Played):
    told = played.stdout
    assert "→ POST /v1/payments" in told
    assert "failure.reason: insufficient_balance" in told
    assert "failure.code: connection_refused" in told
    assert "our_book_equals_the_gateways" in told
    assert WHOLE_TOKEN.findall(told) == []
    assert "\x1b" not in told


def test_it_keeps_serving_until_it_is_told_to_stop(tmp_path: Path):
    with started("demo", tmp_path / "var") as process:
        told = read_until(process, "It keeps serving")
        assert [line for line in told if "✗" in line] == []
        url = serving_url(told)
        assert httpx2.get(f"{url}/docs", trust_env=False).status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        assert not is_listening(url)


def test_a_tour_that_is_killed_leaves_no_server_behind(tmp_path: Path):
    with started("demo", tmp_path / "var") as process:
        url = serving_url(read_until(process, "U-Wallet at"))
        process.kill()
        deadline = time.monotonic() + 30
        while is_listening(url):
            assert time.monotonic() < deadline, "the server outlived the tour"
            time.sleep(0.05)


def test_a_port_in_use_is_said_in_one_line(tmp_path: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = tour("--exit", data_dir=tmp_path / "var", PORT=port)
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert f"port {port} is in use" in line


def test_a_data_folder_that_is_none_is_said_in_one_line(tmp_path: Path):
    (tmp_path / "var").write_text("a file")
    done = tour("--exit", data_dir=tmp_path / "var")
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
