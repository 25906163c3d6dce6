"""Makes what the sandbox's doors need, for the factory; production never imports it."""

import functools
import threading
from collections.abc import Callable, Sequence

from app.auth.operations import AuthDependencies
from app.banking.operations import BankingDependencies
from app.core.database import Seed
from app.core.jobs import JobQueue
from app.core.settings import Settings
from app.edges.bundle import Edges
from app.sandbox.operations import SandboxDependencies
from app.sandbox.origin import is_local_caller
from app.sandbox.world import World


def open_sandbox(
    settings: Settings,
    auth: AuthDependencies,
    banking: BankingDependencies,
    edges: Edges,
    jobs: JobQueue,
    seeds: Sequence[Seed],
) -> SandboxDependencies:
    """What the doors' operations need. Half of the threads may wait for messages, less one."""
    return SandboxDependencies(
        database=auth.database,
        jobs=jobs,
        edges=edges,
        world=World(settings.world_url),
        simulated=settings.simulated_edges,
        auth=auth,
        banking=banking,
        seeds=seeds,
        waiting=threading.BoundedSemaphore(max(1, settings.threads // 2 - 1)),
    )


def local_callers(settings: Settings) -> Callable[[str, str | None], bool]:
    """Judges by `Host` and `Origin` who may come through the doors."""
    return functools.partial(is_local_caller, settings.host)
