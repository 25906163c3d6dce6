"""Empties the sandbox to its seed, the world and the clock included."""

import sqlalchemy as sa

from app.core.clock import CLOCK_ROW, VirtualClock
from app.core.database import piece_of_work
from app.edges.protocols import Bank, Gateway
from app.edges.results import FindingState
from app.sandbox.clock_lease import seize_clock
from app.sandbox.emptying import empty_every_table
from app.sandbox.operations import SandboxDependencies
from app.sandbox.queries import InFlight, in_flight

ROUNDS = 3


def reset_sandbox(deps: SandboxDependencies) -> None:
    """Begin a new epoch: work begun in an older one writes nothing any more, here or in the world.

    One transaction, alone among all writers, empties and seeds; the world is reset inside it, so that no work of the
    new epoch can begin before. Either all of it happens, or the call raises (BUSY where the world or a lock is out of
    reach) and can be sent again.
    """
    with (
        seize_clock(deps.database, deps.jobs),
        piece_of_work(),  # the reset itself may come after another one
        deps.database.transaction(moves_clock=True) as tx,
    ):
        on_their_way = in_flight(tx)
        tx.execute(
            sa.update(VirtualClock)
            .where(VirtualClock.id == CLOCK_ROW)
            .values(epoch=VirtualClock.epoch + 1, offset_ms=0, advancing_until_ms=0)
        )
        empty_every_table(tx)
        for seed in deps.seeds:
            seed(tx)
        tx.flush()
        _reset_world(deps, on_their_way)


_MAY_HAVE_COME = frozenset({FindingState.DONE, FindingState.UNKNOWN})
"""On a busy machine a cancel may get no answer in time; then nobody knows, and it is done once more."""


def _reset_world(deps: SandboxDependencies, on_their_way: InFlight) -> None:
    """Reset it and cancel what was sent before and may arrive only now; again where one had slipped through.

    The world remembers a cancelled reference that it never saw, and takes no money for it later.
    """
    for _ in range(ROUNDS):
        deps.world.reset()
        if not deps.world.exists or not _came_late(deps, on_their_way):
            return


def _came_late(deps: SandboxDependencies, on_their_way: InFlight) -> bool:
    sent: dict[str, tuple[Gateway | Bank, list[str]]] = {
        "gateway": (deps.edges.gateway, on_their_way.gateway),
        "bank": (deps.edges.bank, on_their_way.bank),
    }
    findings = [
        edge.cancel(reference)
        for target, (edge, references) in sent.items()
        if target in deps.simulated
        for reference in references
    ]
    return any(finding.state in _MAY_HAVE_COME for finding in findings)
