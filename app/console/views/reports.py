"""Reports: why payments fail, whether promises were kept, and how much trouble ended without an agent."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from app.console.charts import Chart, Line
from app.console.dependencies import ConsoleDependencies
from app.console.pages import Data, Pages, Shown, Visit
from app.console.periods import LENGTHS, Period, read_period
from app.console.words.reports import REPORTS
from app.core.database import Transaction
from app.core.errors import existing
from app.core.http.call import Download
from app.core.series import Span, cut
from app.payments.failures import FailureReason
from app.payments.rules import Kind
from app.support.clocks.rules import ClockKind
from app.support.reports.deflection import report_deflection
from app.support.reports.failures import FailureReport, Tally, report_failures
from app.support.reports.sla import report_sla
from app.support.reports.spreadsheets import deflection_file, failures_file, sla_file

pages = Pages()

KINDS: Final = tuple(Kind)


@pages.get("/reports")
def show_reports(deps: ConsoleDependencies, visit: Visit) -> Shown:
    """All three of one period."""
    with deps.database.snapshot() as tx:
        period = read_period(visit.query, tx.now, deps.support.timezone)
        values = {
            "failures": _failures(tx, deps, visit, period),
            "sla": report_sla(tx, period.since, period.until),
            "deflection": report_deflection(tx, period.since, period.until),
            "now": tx.now,
        }
    words = {
        "period": period,
        "lengths": tuple(LENGTHS),
        "kinds": KINDS,
        "clocks": tuple(ClockKind),
    }
    return Shown("reports/page.html", values | words)


@pages.get("/reports/failures")
def show_failures(deps: ConsoleDependencies, visit: Visit) -> Data:
    """Failed attempts by reason over time, for the chart."""
    with deps.database.snapshot() as tx:
        period = read_period(visit.query, tx.now, deps.support.timezone)
        report = _failures(tx, deps, visit, period)
    counts = [_by_reason(point) for point in report.points]
    lines = [
        Line(REPORTS[f"reason_{reason}"].said_in(visit.locale), [it[reason] for it in counts])
        for reason in FailureReason
    ]
    moments = [point.at for point in report.points if point.at is not None]
    return Data(Chart(moments, lines, deps.support.timezone, stacked=True).document())


@pages.get("/reports/<report>.csv")
def download_report(deps: ConsoleDependencies, visit: Visit, report: str) -> Download:
    """One of the three as a file for a spreadsheet, of the same period as the page."""
    write = existing(FILES.get(report))
    with deps.database.snapshot() as tx:
        return write(tx, deps, visit, read_period(visit.query, tx.now, deps.support.timezone))


def _failures_file(
    tx: Transaction, deps: ConsoleDependencies, visit: Visit, period: Period
) -> Download:
    found = _failures(tx, deps, visit, period)
    return failures_file(found, _spans(deps, period), deps.support.timezone)


def _sla_file(tx: Transaction, deps: ConsoleDependencies, visit: Visit, period: Period) -> Download:
    span = Span(period.since, period.until)
    return sla_file(report_sla(tx, span.begin, span.end), span, deps.support.timezone)


def _deflection_file(
    tx: Transaction, deps: ConsoleDependencies, visit: Visit, period: Period
) -> Download:
    span = Span(period.since, period.until)
    return deflection_file(report_deflection(tx, span.begin, span.end), span, deps.support.timezone)


FILES: Final = {
    "failures": _failures_file,
    "sla": _sla_file,
    "deflection": _deflection_file,
}


def _failures(
    tx: Transaction, deps: ConsoleDependencies, visit: Visit, period: Period
) -> FailureReport:
    asked = visit.query.get("kind")
    kind = next((it for it in KINDS if it == asked), None)
    return report_failures(tx, _spans(deps, period), kind)


def _spans(deps: ConsoleDependencies, period: Period) -> Sequence[Span]:
    return cut(period.since, period.until, period.width, deps.support.timezone)


def _by_reason(point: Tally) -> Counter[str]:
    counts: Counter[str] = Counter()
    for it in point.reasons:
        counts[it.reason] += it.count
    return counts
