"""The promise that a diagnosis makes during an outage: "we'll tell you when they're back".

One pending promise per user and outage, as a job that looks whether the trouble is over, at growing intervals.
"""

from datetime import timedelta
from typing import Final

from app.auth.notices import tell_quietly
from app.core import jobs
from app.core.database import Transaction
from app.core.jobs import DueJob, Handler
from app.notifications.rules import Template
from app.status.components import Component
from app.status.measuring import health_at
from app.status.models import Incident
from app.support.dependencies import SupportDependencies
from app.support.diagnosis.facts import Facts
from app.support.diagnosis.messages import promises_news
from app.support.diagnosis.report import Diagnosis

TELL: Final = "support.tell_of_recovery"
FIRST_LOOK: Final = timedelta(minutes=5)
LONGEST_PAUSE: Final = timedelta(hours=1)
GIVE_UP_AFTER: Final = timedelta(days=7)
"""Whoever waits for a payment so long has made it by other means."""


def keep_promise(tx: Transaction, facts: Facts, diagnosis: Diagnosis) -> None:
    """Where the message of this diagnosis promises news of an outage, see to it that they come, once."""
    outage = facts.outage
    if outage is None or not promises_news(facts, diagnosis.primary_cause):
        return
    subject = f"{facts.user_id}:{outage.id}"
    jobs.cancel(tx, TELL, subject)
    payload = {"user_id": facts.user_id, "kind": outage.kind, "id": outage.id, "looks": 0}
    jobs.schedule(tx, TELL, subject, tx.now + FIRST_LOOK, payload)


def handlers(deps: SupportDependencies) -> dict[str, Handler]:
    """Looks whether what somebody waits for is over, and tells them or looks again later; twice for a job is once."""

    def tell_or_wait(job: DueJob) -> None:
        with deps.database.transaction() as tx:
            if not jobs.finish(tx, job):
                return
            if is_over(tx, job.payload["kind"], job.payload["id"]):
                tell_quietly(tx, job.payload["user_id"], Template.PAYMENTS_RECOVERED)
                return
            looks = job.payload["looks"] + 1
            pause = pause_after(looks)
            if pause is not None:
                payload = job.payload | {"looks": looks}
                jobs.schedule(tx, TELL, job.subject_id, tx.now + pause, payload)

    return {TELL: tell_or_wait}


def pause_after(looks: int) -> timedelta | None:
    """How long until the next look: 5 minutes doubling to an hour; None once a week has gone by."""
    waited = sum((_pause(number) for number in range(looks)), timedelta())
    return None if waited >= GIVE_UP_AFTER else _pause(looks)


def is_over(tx: Transaction, kind: str, outage_id: str) -> bool:
    """Whether the incident is resolved, or the component measured well again."""
    if kind == "incident":
        incident = tx.get(Incident, outage_id)
        return incident is None or incident.resolved_at is not None
    return health_at(tx, Component(outage_id), tx.now).trouble_since is None


def _pause(number: int) -> timedelta:
    return min(FIRST_LOOK * int(2 ** min(number, 10)), LONGEST_PAUSE)
