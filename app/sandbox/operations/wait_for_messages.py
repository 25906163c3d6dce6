"""Reads the inbox, waiting for the first match where asked to. No database connection is held meanwhile."""

from collections.abc import Mapping
from typing import Any

from app.core.errors import BUSY
from app.sandbox.operations import SandboxDependencies

RETRY_AFTER_SECONDS = 1


def wait_for_messages(
    deps: SandboxDependencies, query: Mapping[str, str], wait_seconds: int
) -> list[dict[str, Any]]:
    """Messages that match, newest first; an empty list where none came in time (real seconds).

    Raises BUSY where half of the server's threads wait already, since others must go on working.
    """
    if wait_seconds == 0:
        return deps.world.messages(query, 0)
    if not deps.waiting.acquire(blocking=False):
        raise BUSY(retry_after=RETRY_AFTER_SECONDS)
    try:
        return deps.world.messages(query, wait_seconds)
    finally:
        deps.waiting.release()
