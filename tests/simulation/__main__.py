"""`python -m tests.simulation --seeds 5000 [--first N] [--db postgres] [--trace]`: plays seed after seed.

It stops at none. Prints a line per failed seed, the trace of the first, and a summary; exit status 1 where any failed.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from app.core.logs import configure_logs
from tests.conftest import _migrate
from tests.databases import DatabaseRun, Databases, Kind
from tests.simulation.arena import Arena
from tests.simulation.playing import Report, play
from tests.simulation.replaying import replay_command

ENGINES: dict[str, Kind] = {"sqlite": "sqlite", "postgres": "postgresql"}
EVERY_SECONDS = 10.0


def main() -> int:
    """Play the seeds that were asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--seeds", type=int, default=100, help="how many")
    parser.add_argument("--first", type=int, default=1, help="the first one")
    parser.add_argument("--db", choices=ENGINES, default="sqlite")
    parser.add_argument("--trace", action="store_true", help="print what happened in each")
    asked = parser.parse_args()
    configure_logs("CRITICAL")
    run = DatabaseRun()
    arena = Arena(Databases(run.folder, _migrate), ENGINES[asked.db], Path(tempfile.gettempdir()))
    try:
        return _play_all(arena, range(asked.first, asked.first + asked.seeds), trace=asked.trace)
    finally:
        arena.close()
        run.stop()


def _play_all(arena: Arena, seeds: range, *, trace: bool) -> int:
    failed: list[Report] = []
    began = said = time.monotonic()
    crashes = steps = movements = 0
    for count, seed in enumerate(seeds, start=1):
        report = play(seed, arena)
        crashes += report.crashes
        steps += report.steps
        movements += report.movements
        if trace or (report.violation and not failed):
            print(report, flush=True)
        if report.violation:
            failed.append(report)
            print(f"FAILED seed {seed}: {report.violation}\n  {replay_command(seed, arena.kind)}")
        if time.monotonic() - said > EVERY_SECONDS:
            said = time.monotonic()
            print(f"… {count} of {len(seeds)}, {len(failed)} failed", flush=True)
    seconds = time.monotonic() - began
    print(
        f"{len(seeds)} seeds from {seeds.start} on {arena.kind}: {len(failed)} failed; {movements} movements, "
        f"{steps} switch points, {crashes} crashes; {seconds:.1f} s"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
