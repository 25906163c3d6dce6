"""What the scripts in script/ do on a machine that is not ready, and on one that is."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
COMMANDS = ("sh", "cat", "cksum", "dirname")


def run(script: Path, environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [script], check=False, capture_output=True, text=True, env=environment, timeout=30
    )


@pytest.fixture
def bare_machine(tmp_path: Path) -> dict[str, str]:
    """A PATH with the commands that every machine has, and no Python."""
    for command in COMMANDS:
        found = shutil.which(command)
        assert found
        (tmp_path / "bin").mkdir(exist_ok=True)
        (tmp_path / "bin" / command).symlink_to(found)
    shutil.copytree(ROOT / "script", tmp_path / "script")
    return os.environ | {"PATH": str(tmp_path / "bin")}


@pytest.mark.parametrize("script", ["setup", "server", "demo", "manage"])
def test_a_missing_python_is_said_in_one_line(
    bare_machine: dict[str, str], tmp_path: Path, script: str
):
    done = run(tmp_path / "script" / script, bare_machine)
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert "no Python 3.11 or newer found: install one" in line


def test_a_python_that_is_too_old_is_as_good_as_none(bare_machine: dict[str, str], tmp_path: Path):
    old = tmp_path / "bin" / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")  # what the version check answers on an old one
    old.chmod(0o755)
    done = run(tmp_path / "script" / "setup", bare_machine)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1


def test_a_set_up_that_is_done_is_quick_silent_and_needs_no_python_on_path(
    bare_machine: dict[str, str],
):
    began = time.monotonic()
    done = run(ROOT / "script" / "setup", bare_machine)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert time.monotonic() - began < 1.0  # a hundredth of that on an idle machine
