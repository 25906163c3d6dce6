"""What the sandbox's doors do, one file each, and what these operations are handed."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from app.auth.operations import AuthDependencies
from app.banking.operations import BankingDependencies
from app.core.database import Database, Seed
from app.core.jobs import JobQueue
from app.edges.bundle import Edges
from app.sandbox.world import World


@dataclass(frozen=True, slots=True)
class SandboxDependencies:
    """Handed over by the factory.

    `simulated` are the targets that the world plays (`gateway`, `bank`, `sms`, `email`); `seeds` plant what is always
    there; `waiting` bounds how many callers may wait for a message at once, so that some threads stay free.
    """

    database: Database
    jobs: JobQueue
    edges: Edges
    world: World
    simulated: tuple[str, ...]
    auth: AuthDependencies
    banking: BankingDependencies
    seeds: Sequence[Seed]
    waiting: threading.BoundedSemaphore
