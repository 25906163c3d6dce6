"""What a quick start relies on: who loads what."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def said(source: str) -> str:
    """What a fresh interpreter prints."""
    return subprocess.run(
        [sys.executable, "-c", source], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.strip()


def test_bringing_the_database_up_to_date_wires_no_wallet() -> None:
    heavy = {"app.factory", "flask_smorest", "granian", "httpx2", "phonenumbers"}
    loaded = said("import sys, app.upgrade; print(*sys.modules)").split()
    assert "alembic" in loaded
    assert not heavy & set(loaded)
