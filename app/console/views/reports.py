"""Reports: why payments fail, whether promises were kept, and how much trouble ended without an agent."""

from collections import Counter
from typing import Final

from app.console.charts import Chart, Line
from app.console.dependencies import ConsoleDependencies
from app.console.pages import Data, Pages, Shown, Visit
from app.console.periods import LENGTHS, Period, read_period
from app.console.words.reports import REPORTS
from app.core.database import Transaction
from app.core.series import cut
from app.payments.failures import FailureReason
from app.payments.rules import Kind
from app.support.clocks.rules import ClockKind
from app.support.reports.deflection import report_deflection
from app.support.reports.failures import FailureReport, Tally, report_failures
from app.support.reports.sla import report_sla

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


def _failures(
    tx: Transaction, deps: ConsoleDependencies, visit: Visit, period: Period
) -> FailureReport:
    asked = visit.query.get("kind")
    kind = next((it for it in KINDS if it == asked), None)
    spans = cut(period.since, period.until, period.width, deps.support.timezone)
    return report_failures(tx, spans, kind)


def _by_reason(point: Tally) -> Counter[str]:
    counts: Counter[str] = Counter()
    for it in point.reasons:
        counts[it.reason] += it.count
    return counts
