"""Look at a component that had a fault, draft an incident where it is in trouble, and close what is over."""

import sqlalchemy as sa

from app.audit.rules import SYSTEM
from app.core import jobs
from app.core.database import Transaction
from app.core.ids import new_id
from app.core.jobs import Job
from app.status.components import (
    IMPACT_OF_STATUS,
    STATUS_OF_IMPACT,
    Component,
    IncidentImpact,
    IncidentStatus,
)
from app.status.drafting import DRAFTS, RECOVERED
from app.status.incident_queries import has_open_incident
from app.status.incidents import record, say, set_components, set_status
from app.status.measuring import health_at
from app.status.models import ComponentWatch, Incident
from app.status.operations import StatusDependencies
from app.status.rules import GatewayHealth, SystemStatus, worst_status
from app.status.watching import (
    FIRST_LOOK_AFTER,
    LOOK_EVERY,
    Run,
    Step,
    continued,
    next_step,
)

LOOK_JOB = "status.look"


def expect_trouble(tx: Transaction, component: Component) -> None:
    """Have a component looked at in a moment, unless that is planned: it has just had a fault.

    A look that is due already may be running, and may not see this fault.
    """
    soon = tx.now + FIRST_LOOK_AFTER
    planned = sa.select(Job.id).where(
        Job.kind == LOOK_JOB, Job.subject_id == component, Job.due_at > tx.now, Job.due_at <= soon
    )
    if tx.scalar(planned.limit(1)) is None:
        jobs.schedule(tx, LOOK_JOB, component, soon)


def watch_component(deps: StatusDependencies, component: Component) -> None:
    """Measure a component and do what follows (`watching.py`); come again in a minute while it is not well.

    The machine opens drafts and closes drafts. Of an incident that a person published it only notes that what is
    measured is well again: a person says that it is over.
    """
    with deps.database.transaction() as tx:
        health = health_at(tx, component, tx.now)
        run = _continue_run(tx, component, health.status)
        incident = _own_incident(tx, component)
        match next_step(run, health.status, tx.now, is_open=incident is not None):
            case Step.OPEN if not has_open_incident(tx, component):
                _draft(tx, deps, component, health)
            case Step.CLOSE if incident is not None:
                _close(tx, deps, incident, run)
            case _ if incident is not None:
                _follow(tx, deps, incident, health)
        jobs.cancel(
            tx, LOOK_JOB, component
        )  # one look in a minute is enough, however many faults there were
        if _goes_on(tx, component, health):
            jobs.schedule(tx, LOOK_JOB, component, tx.now + LOOK_EVERY)


def _continue_run(tx: Transaction, component: Component, status: SystemStatus) -> Run:
    watch = tx.get(ComponentWatch, component, with_for_update=True)
    before = None if watch is None else Run(watch.bad_since, watch.well_since)
    run = continued(before, status, tx.now)
    seen = {"bad_since": run.bad_since, "well_since": run.well_since, "looked_at": tx.now}
    if watch is not None:
        tx.execute(
            sa.update(ComponentWatch).where(ComponentWatch.component == component).values(**seen)
        )
    else:
        tx.insert_missing(ComponentWatch, component=component, **seen)
    return run


def _own_incident(tx: Transaction, component: Component) -> Incident | None:
    """The open one that the machine drafted for a component."""
    query = sa.select(Incident).where(
        Incident.drafted_for == component, Incident.status != IncidentStatus.RESOLVED
    )
    return tx.scalars(query.with_for_update()).one_or_none()


def _draft(
    tx: Transaction, deps: StatusDependencies, component: Component, health: GatewayHealth
) -> None:
    """Nobody but agents sees it. One that was closed by a person comes again only with faults that are newer."""
    since = health.trouble_since or tx.now
    closed = sa.select(Incident.id).where(
        Incident.drafted_for == component, Incident.resolved_at > since
    )
    if tx.scalar(closed.limit(1)) is not None:
        return
    wording, incident_id = DRAFTS[component], new_id("inc")
    inserted = tx.insert_missing(
        Incident,
        id=incident_id,
        title_zh=wording.title.zh,
        title_en=wording.title.en,
        status=IncidentStatus.INVESTIGATING,
        impact=IMPACT_OF_STATUS[health.status],
        started_at=since,
        drafted_for=component,
        created_by=SYSTEM,
    )
    if not inserted:  # another look was faster
        return
    set_components(tx, incident_id, [component])
    incident = tx.get_one(Incident, incident_id)
    say(tx, incident, wording.text, SYSTEM)
    record(tx, deps, incident, SYSTEM, "draft_incident")


def _close(tx: Transaction, deps: StatusDependencies, incident: Incident, run: Run) -> None:
    if incident.published_at is None:
        set_status(tx, incident, IncidentStatus.RESOLVED)
        say(tx, incident, RECOVERED, SYSTEM)
        record(tx, deps, incident, SYSTEM, "resolve_incident")
    elif incident.recovered_at is None:
        incident.recovered_at = run.well_since
        record(tx, deps, incident, SYSTEM, "suggest_resolution", ("recovered_at",))


def _follow(
    tx: Transaction, deps: StatusDependencies, incident: Incident, health: GatewayHealth
) -> None:
    """Trouble that grew makes a draft worse, never better; trouble that came back takes a suggestion away."""
    if health.status is SystemStatus.OPERATIONAL:
        return
    incident.recovered_at = None
    measured = IMPACT_OF_STATUS[health.status]
    told = STATUS_OF_IMPACT[IncidentImpact(incident.impact)]
    if incident.published_at is None and worst_status([told, health.status]) is not told:
        incident.impact = measured
        record(tx, deps, incident, SYSTEM, "raise_impact", ("impact",))


def _goes_on(tx: Transaction, component: Component, health: GatewayHealth) -> bool:
    """Whether a look in a minute can find something new without another fault."""
    if health.status is not SystemStatus.OPERATIONAL or health.success_rate not in (None, 1.0):
        return True
    tx.flush()
    incident = _own_incident(tx, component)
    return incident is not None and incident.recovered_at is None
