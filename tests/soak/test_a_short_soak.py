"""The real thing, for a few seconds: `script/soak` as CI can afford it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.timeout(180)
def test_ten_seconds_under_fire_lose_and_double_nothing(tmp_path: Path) -> None:
    figures = tmp_path / "soak.json"
    command = [sys.executable, "-m", "soak", "--seconds", "10", "--kills", "3", "--seed", "3"]
    done = subprocess.run(
        [*command, "--clients", "4", "--json", figures],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(figures.read_text())
    assert (report["lost"], report["doubled"], report["unresolved"]) == (0, 0, 0)
    assert report["findings"] == []
    assert report["kills_total"] == 3
    assert report["acknowledged"] > 10
