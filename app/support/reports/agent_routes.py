"""`/internal/v1/reports`: counts over time, for every agent; they tell of no single customer.

With `?format=csv` each is a file for a spreadsheet, by the address alone, so that a link or a plain `curl` gets it.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from app.auth.rules import Role
from app.core.errors import VALIDATION_FAILED, field_problem
from app.core.http.call import Call, Download
from app.core.http.ranges import read_range, read_spans
from app.core.http.routes import Access, Routes
from app.core.series import Span
from app.payments.rules import Kind
from app.support.dependencies import SupportDependencies
from app.support.reports.deflection import Outcomes, report_deflection
from app.support.reports.failures import report_failures
from app.support.reports.schemas import (
    DeflectionReportSchema,
    FailureReportQuerySchema,
    FailureReportSchema,
    ReportFormat,
    ReportQuerySchema,
    SlaReportSchema,
)
from app.support.reports.sla import report_sla
from app.support.reports.spreadsheets import CSV, deflection_file, failures_file, sla_file

routes = Routes(
    "support_reports", prefix="/internal/v1", tag="Reports", access=Access.AGENT, role=Role.AGENT
)
LAST_DAY: Final = timedelta(days=1)
LAST_WEEK: Final = timedelta(days=7)
LONGEST: Final = timedelta(days=366)
"""What is counted case by case is asked for a year at most."""


@routes.get(
    "/reports/failures",
    query=FailureReportQuerySchema,
    answers={200: FailureReportSchema},
    download=CSV,
)
def read_failure_report(deps: SupportDependencies, call: Call) -> dict[str, Any] | Download:
    """How often payments, top-ups and withdrawals failed, why, over time; without a range, the last 24 hours.

    `format=csv` answers a file with the columns from, to, section, name, reason, code, attempts, failures, rate.
    """
    kind = call.query.get("kind")
    with deps.database.snapshot() as tx:
        spans = read_spans(call.query, tx.now, LAST_DAY, deps.timezone)
        report = report_failures(tx, spans, None if kind is None else Kind(kind))
    if _as_csv(call):
        return failures_file(report, spans, deps.timezone)
    return {
        "step": call.query["step"],
        "timezone": deps.timezone.key,
        "total": report.total,
        "points": report.points,
        "by_app_version": report.by_app_version,
        "by_network_type": report.by_network_type,
    }


@routes.get("/reports/sla", query=ReportQuerySchema, answers={200: SlaReportSchema}, download=CSV)
def read_sla_report(deps: SupportDependencies, call: Call) -> dict[str, Any] | Download:
    """How many first answers and solutions came in time, and how long they took; without a range, of 7 days.

    `format=csv` answers a file with the columns from, to, channel, clock, met, missed, rate, median_seconds,
    p90_seconds.
    """
    with deps.database.snapshot() as tx:
        since, until = _bounded(call, tx.now)
        report = report_sla(tx, since, until)
    if _as_csv(call):
        return sla_file(report, Span(since, until), deps.timezone)
    channels = [
        {"channel": channel} | {kind.value: promises for kind, promises in kept.items()}
        for channel, kept in report.items()
    ]
    return {"start": since, "end": until, "channels": channels}


@routes.get(
    "/reports/deflection",
    query=ReportQuerySchema,
    answers={200: DeflectionReportSchema},
    download=CSV,
)
def read_deflection_report(deps: SupportDependencies, call: Call) -> dict[str, Any] | Download:
    """How often a diagnosis was all that was needed: the payment later succeeded, and no agent was asked.

    Each payment that a user asked the app about counts once, 24 hours after the first diagnosis; without a range, of 7
    days. An agent was asked where the user wrote, mailed from the account's address or called, or an agent asked about
    a payment of theirs, within 24 hours before or after it.
    `format=csv` answers a file with the columns from, to, verdict, decided, paid, contacted, deflected, waiting, rate.
    """
    with deps.database.snapshot() as tx:
        since, until = _bounded(call, tx.now)
        report = report_deflection(tx, since, until)
    if _as_csv(call):
        return deflection_file(report, Span(since, until), deps.timezone)
    by_verdict = [
        {"verdict": verdict} | _outcomes(found) for verdict, found in report.by_verdict.items()
    ]
    return {"start": since, "end": until, "total": report.total, "by_verdict": by_verdict}


def _as_csv(call: Call) -> bool:
    return bool(call.query["format"] == ReportFormat.CSV)


def _bounded(call: Call, now: datetime) -> tuple[datetime, datetime]:
    since, until = read_range(call.query, now, LAST_WEEK)
    if until - since > LONGEST:
        raise VALIDATION_FAILED(errors=[field_problem("/from", "invalid_value")])
    return since, until


def _outcomes(found: Outcomes) -> dict[str, Any]:
    return {
        "decided": found.decided,
        "paid": found.paid,
        "contacted": found.contacted,
        "deflected": found.deflected,
        "waiting": found.waiting,
        "rate": found.rate,
    }
