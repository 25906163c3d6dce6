"""The program around it: settings, ports, the one line that it prints."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.world.running import ROOT, RunningWorld, environment


def run(settings: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "world"],
        cwd=ROOT,
        env=settings,
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )


def test_it_is_ready_quickly_and_announces_every_part(tmp_path: Path) -> None:
    begun = time.monotonic()
    running = RunningWorld(tmp_path)
    took = time.monotonic() - begun
    try:
        parts = {"control", "gateway", "bank", "sms", "smtp", "refusing", "silent"}
        assert set(running.addresses) == parts
        assert running.addresses["smtp"].startswith("smtp://127.0.0.1:")
        assert took < 3  # 0.15 s on an idle machine
    finally:
        assert running.stop() == 0


def test_a_part_without_a_port_is_not_simulated(tmp_path: Path) -> None:
    running = RunningWorld(tmp_path, parts=("gateway",))
    try:
        assert set(running.addresses) == {"control", "gateway"}
        body = {"target": "bank", "kind": "declined"}
        answer = running.call("control", "POST", "/faults", body)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/target")
    finally:
        assert running.stop() == 0


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"WORLD_DATA_DIR": ""}, "WORLD_DATA_DIR"),
        ({"WORLD_BANK_PORT": "eighty"}, "WORLD_BANK_PORT"),
        ({"WORLD_SMTP_PORT": "65536"}, "WORLD_SMTP_PORT"),
        ({"WORLD_SMS_PORT": "٨٠"}, "WORLD_SMS_PORT"),
        ({"WORLD_SILENT_PORT": "quiet"}, "WORLD_SILENT_PORT"),
        ({"WORLD_CALLBACK_URL": "ftp://here"}, "WORLD_CALLBACK_URL"),
        (
            {"WORLD_CALLBACK_URL": "http://here", "WORLD_BANK_CALLBACK_SECRET": "whsec_c2hvcnQ="},
            "WORLD_BANK_CALLBACK_SECRET",
        ),
        (
            {"WORLD_CALLBACK_URL": "http://here", "WORLD_GATEWAY_CALLBACK_SECRET": "ééé"},
            "WORLD_GATEWAY_CALLBACK_SECRET",
        ),
    ],
)
def test_a_wrong_setting_is_refused_in_one_line(
    tmp_path: Path, changed: dict[str, str], named: str
) -> None:
    ended = run(environment(tmp_path, {}) | changed)
    assert ended.returncode == os.EX_CONFIG
    assert ended.stderr.count("\n") == 1
    assert named in ended.stderr


def test_a_port_in_use_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run(environment(tmp_path, {"gateway": port}))
    assert ended.returncode == os.EX_UNAVAILABLE
    assert ended.stderr.count("\n") == 1
    assert "in use" in ended.stderr


def test_books_that_cannot_be_kept_are_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    ended = run(environment(tmp_path / "file" / "books", {}))
    assert ended.returncode == os.EX_CANTCREAT
    assert ended.stderr.count("\n") == 1


def test_books_that_are_no_books_are_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "world.sqlite3").write_bytes(b"something else entirely" * 100)
    ended = run(environment(tmp_path, {}))
    assert ended.returncode == os.EX_CANTCREAT
    assert ended.stderr.count("\n") == 1
