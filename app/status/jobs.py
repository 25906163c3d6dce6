"""Handlers of due rows of the status domain, and what makes it look at a component."""

from typing import Final

from app.core.database import Transaction
from app.core.events import Event
from app.core.jobs import Handler
from app.payments.rules import Kind
from app.status.components import Component
from app.status.measuring import CHANNELS, FAULT_CODES, ROUTES
from app.status.operations import StatusDependencies
from app.status.operations.end_maintenance import end_maintenance
from app.status.operations.open_incident import END_JOB
from app.status.operations.watch_component import LOOK_JOB, expect_trouble, watch_component

_COMPONENT_OF_KIND: Final = {
    kind.value: component for component, kinds in ROUTES.items() for kind in kinds
}
_COMPONENT_OF_CHANNEL: Final = {channel: component for component, channel in CHANNELS.items()}


def handlers(deps: StatusDependencies) -> dict[str, Handler]:
    """The handler of each kind of job."""
    return {
        LOOK_JOB: lambda job: watch_component(deps, Component(job.subject_id)),
        END_JOB: lambda job: end_maintenance(deps, job.subject_id),
    }


def hear_of_fault(tx: Transaction, event: Event) -> None:
    """Look at what a movement went through that failed by a fault, or got no answer. A listener of core.events."""
    kind, _, happened = event.type.partition(".")
    if kind not in set(Kind) or happened not in ("failed", "processing"):
        return
    if happened == "processing" or event.data.get("failure_code") in FAULT_CODES:
        expect_trouble(tx, _COMPONENT_OF_KIND[kind])


def note_fault(tx: Transaction, channel: str) -> None:
    """Look at the carrier or the mail server that did not take a message."""
    expect_trouble(tx, _COMPONENT_OF_CHANNEL[channel])
