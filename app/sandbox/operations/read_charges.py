"""Reads the gateway's own book, by its references or by our payments."""

from typing import Any

from app.sandbox.operations import SandboxDependencies
from app.sandbox.queries import attempts_of


def read_charges(deps: SandboxDependencies, reference: str | None) -> list[dict[str, Any]]:
    """Charges, newest first: all, or those of an attempt, or those of every attempt of a payment or top-up."""
    if reference is None:
        return deps.world.charges()
    with deps.database.snapshot() as tx:
        attempts = attempts_of(tx, reference)
    return [charge for attempt in attempts for charge in deps.world.charges(attempt)]
