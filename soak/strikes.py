"""When what is killed: the whole schedule, made from the seed before anything runs. Pure."""

import random
from dataclasses import dataclass

WALLET, WEB_WORKER, JOB_WORKER, WORLD, SUPERVISOR = (
    "wallet",
    "web_worker",
    "job_worker",
    "world",
    "supervisor",
)
POSTMASTER, BACKEND = "postmaster", "backend"
"""Targets: the web server and the worker process that it keeps, the job worker, the simulated outside, the supervisor
with all of them, PostgreSQL's main process, and one of the processes that serve its connections."""

_WEIGHTS = {WALLET: 3, WEB_WORKER: 3, JOB_WORKER: 3, WORLD: 3, SUPERVISOR: 2}
_POSTGRES_WEIGHTS = {POSTMASTER: 2, BACKEND: 3}
_VOLLEYS = 0.15
_UNEVEN = 0.4
_DOWN_SECONDS = (0.3, 2.5)


@dataclass(frozen=True, slots=True)
class Strike:
    """SIGKILL of `targets` together, `at` seconds from the beginning.

    What is ours to start again is left alone for `down_seconds` before.
    """

    at: float
    targets: tuple[str, ...]
    down_seconds: float


def targets_of(kind: str) -> dict[str, int]:
    """What can be killed with this database, and how often each is."""
    return _WEIGHTS | (_POSTGRES_WEIGHTS if kind == "postgres" else {})


def schedule(seed: int, seconds: float, kills: int, kind: str) -> list[Strike]:
    """So many kills over so many seconds, unevenly spread, some of them two at once.

    Every target comes once before any comes again, as far as there are kills enough, then by its weight.
    """
    chance = random.Random(f"{seed} strikes")
    wanted = _targets(chance, kills, targets_of(kind))
    volleys: list[tuple[str, ...]] = []
    while wanted:
        pair = len(wanted) > 1 and wanted[0] != wanted[1] and chance.random() < _VOLLEYS
        volleys.append(tuple(wanted[: 1 + pair]))
        wanted = wanted[1 + pair :]
    pace = seconds / (len(volleys) + 1)
    return [
        Strike(
            at=pace * (number + chance.uniform(-_UNEVEN, _UNEVEN)),
            targets=volley,
            down_seconds=chance.uniform(*_DOWN_SECONDS),
        )
        for number, volley in enumerate(volleys, start=1)
    ]


def _targets(chance: random.Random, kills: int, weights: dict[str, int]) -> list[str]:
    each_once = chance.sample(sorted(weights), len(weights))
    more = chance.choices(list(weights), list(weights.values()), k=max(0, kills - len(each_once)))
    return each_once[:kills] + more
