"""One seed is one schedule: on every machine, in every process, on both engines."""

import os
import subprocess
import sys
from pathlib import Path

from tests.simulation.arena import Arena
from tests.simulation.playing import Report, play
from tests.simulation.replaying import told

SEEDS = (3, 14, 15)
LIVELY = 8  # a seed with crashes, jumps and faults


def test_a_seed_plays_the_same_twice(sqlite_arena: Arena) -> None:
    for seed in SEEDS:
        first, again = (play(seed, sqlite_arena) for _ in range(2))
        assert first.trace == again.trace
        assert first.steps == again.steps


def test_a_seed_plays_the_same_in_another_process_with_other_hashes(sqlite_arena: Arena) -> None:
    command = [sys.executable, "-m", "tests.simulation", "--seeds", "1", "--trace"]
    printed = subprocess.run(
        [*command, "--first", str(LIVELY)],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"PYTHONHASHSEED": "12345"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert printed.startswith("\n".join(play(LIVELY, sqlite_arena).trace))


def test_a_seed_plays_the_same_on_both_engines(sqlite_arena: Arena, postgres_arena: Arena) -> None:
    for seed in SEEDS:
        assert play(seed, sqlite_arena).trace == play(seed, postgres_arena).trace


def test_a_failure_tells_the_seed_and_the_command_that_plays_it_again() -> None:
    report = Report(7, "held twice", ("line",), steps=1, crashes=0, movements=1, seconds=0.1)
    said = told(report, "postgresql")
    assert "seed 7: held twice" in said
    assert "python -m tests.simulation --seeds 1 --first 7 --db postgres --trace" in said
    assert said.endswith("line")
