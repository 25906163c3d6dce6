"""Asks the world for a fault, where the world plays the target at all."""

from collections.abc import Mapping
from typing import Any

from app.core.errors import VALIDATION_FAILED, field_problem
from app.sandbox.operations import SandboxDependencies


def make_fault(deps: SandboxDependencies, wish: Mapping[str, Any]) -> dict[str, Any]:
    """The fault as it was made. Raises VALIDATION_FAILED for one that suits nothing, BUSY."""
    if not deps.world.exists or wish["target"] not in deps.simulated:
        raise VALIDATION_FAILED(errors=[field_problem("/target", "invalid_value")])
    return deps.world.make_fault(wish)
