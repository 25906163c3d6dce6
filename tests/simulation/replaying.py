"""How a failure is told: the seed, what was wrong, how to see it again, and the last that happened before."""

from tests.databases import Kind
from tests.simulation.playing import Report

LINES_SHOWN = 80


def replay_command(seed: int, kind: Kind) -> str:
    """The command that plays a seed again, with its trace."""
    engine = "postgres" if kind == "postgresql" else "sqlite"
    return f"python -m tests.simulation --seeds 1 --first {seed} --db {engine} --trace"


def told(report: Report, kind: Kind) -> str:
    """A failed report for people."""
    shown = "\n".join(report.trace[-LINES_SHOWN:])
    return (
        f"seed {report.seed}: {report.violation}\n"
        f"replay: {replay_command(report.seed, kind)}\n{shown}"
    )
