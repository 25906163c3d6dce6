"""`python -m soak`: what script/soak runs. Exit status 0 only where nothing is wrong."""

import argparse
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from soak.customers import NoAnswerError
from soak.fire import Plan, soak
from soak.system import NotStartedError

_PREFIX = "soak-"
_SHORT = Path("/tmp")  # noqa: S108 - PostgreSQL's socket needs a short path; the folder below is ours alone


def main(arguments: Sequence[str] | None = None) -> int:
    """0 where nothing was lost, doubled or left open, 1 where something was or the wallet did not come back."""
    options = _parser().parse_args(arguments)
    plan = Plan(options.seconds, options.kills, options.db, options.seed, options.clients)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_SHORT if _SHORT.is_dir() else None))
    ok = False
    try:
        report = soak(plan, folder, _say)
        ok = report.ok
        if options.json:
            options.json.write_text(report.as_json() + "\n", encoding="utf-8")
        print("\n".join(report.lines()))
    except (NotStartedError, NoAnswerError) as problem:
        print(f"soak: the wallet did not come back: {problem}")
    finally:
        _leave(folder, keep=options.keep or not ok)
    return 0 if ok else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="script/soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="how long to keep it under fire")
    parser.add_argument("--kills", type=int, default=5, help="how many SIGKILLs in that time")
    parser.add_argument("--db", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument(
        "--seed", type=int, default=secrets.randbelow(10**6), help="of the schedule"
    )
    parser.add_argument("--clients", type=int, default=6, help="users at once, at least 2")
    parser.add_argument("--json", type=Path, help="write the figures there, too")
    parser.add_argument("--keep", action="store_true", help="keep journals, logs and databases")
    return parser


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {text}", flush=True)


def _leave(folder: Path, *, keep: bool) -> None:
    if keep:
        print(f"soak: journals, logs and databases are in {folder}")
    else:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
