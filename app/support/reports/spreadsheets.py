"""The reports as CSV, one table each, with columns that stay: docs/reports.md says what they hold.

Every row names its span, so that files can be put under each other; a rate of nothing is an empty cell.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.core.clock import rfc3339
from app.core.days import day_of
from app.core.http.call import Download
from app.core.series import Span
from app.core.spreadsheets import Cell, write_csv
from app.support.clocks.rules import ClockKind
from app.support.reports.deflection import DeflectionReport, Outcomes
from app.support.reports.failures import FailureReport, Tally
from app.support.reports.figures import share
from app.support.reports.sla import Promises

CSV: Final = "text/csv"
SPAN_COLUMNS: Final = ("from", "to")
FAILURE_COLUMNS: Final = (
    *SPAN_COLUMNS,
    "section",
    "name",
    "reason",
    "code",
    "attempts",
    "failures",
    "rate",
)
SLA_COLUMNS: Final = (
    *SPAN_COLUMNS,
    "channel",
    "clock",
    "met",
    "missed",
    "rate",
    "median_seconds",
    "p90_seconds",
)
DEFLECTION_COLUMNS: Final = (
    *SPAN_COLUMNS,
    "verdict",
    "decided",
    "paid",
    "contacted",
    "deflected",
    "waiting",
    "rate",
)
ALL: Final = "all"

Row = tuple[Cell, ...]


def failures_file(report: FailureReport, spans: Sequence[Span], timezone: ZoneInfo) -> Download:
    """The whole, then span by span, then by app version and network; `spans` are those of the report."""
    if not spans:
        return Download("failures.csv", write_csv(FAILURE_COLUMNS, []), CSV)
    whole = Span(spans[0].begin, spans[-1].end)
    table = write_csv(FAILURE_COLUMNS, _failures(report, whole, spans))
    return Download(_name("failures", whole, timezone), table, CSV)


def sla_file(
    report: Mapping[str, Mapping[ClockKind, Promises]], span: Span, timezone: ZoneInfo
) -> Download:
    """A row for each channel and clock; channel `all` is their sum."""
    rows = [
        (
            *_ends(span),
            channel,
            clock.value,
            it.met,
            it.missed,
            it.rate,
            it.median_seconds,
            it.p90_seconds,
        )
        for channel, kept in report.items()
        for clock, it in kept.items()
    ]
    return Download(_name("sla", span, timezone), write_csv(SLA_COLUMNS, rows), CSV)


def deflection_file(report: DeflectionReport, span: Span, timezone: ZoneInfo) -> Download:
    """A row for each verdict; `all` is their sum."""
    every: dict[str, Outcomes] = {ALL: report.total, **report.by_verdict}
    rows = [
        (
            *_ends(span),
            verdict,
            it.decided,
            it.paid,
            it.contacted,
            it.deflected,
            it.waiting,
            it.rate,
        )
        for verdict, it in every.items()
    ]
    return Download(_name("deflection", span, timezone), write_csv(DEFLECTION_COLUMNS, rows), CSV)


def _failures(report: FailureReport, whole: Span, spans: Sequence[Span]) -> Iterator[Row]:
    yield from _tally(whole, "total", report.total)
    for span, point in zip(spans, report.points, strict=True):
        yield from _tally(span, "span", point)
    for section, groups in (
        ("app_version", report.by_app_version),
        ("network_type", report.by_network_type),
    ):
        for group in groups:
            yield from _tally(whole, section, group)


def _tally(span: Span, section: str, it: Tally) -> Iterator[Row]:
    """The sum of a section, then its reasons, whose section ends in `_reason` so that no sum counts twice."""
    name = it.name or ""
    yield (*_ends(span), section, name, "", "", it.attempts, it.failures, it.rate)
    for why in it.reasons:
        rate = share(why.count, it.attempts)
        counted = (it.attempts, why.count, rate)
        yield (*_ends(span), f"{section}_reason", name, why.reason, why.code, *counted)


def _ends(span: Span) -> tuple[str, str]:
    return rfc3339(span.begin), rfc3339(span.end)


def _name(report: str, span: Span, timezone: ZoneInfo) -> str:
    """By the days of the wallet's time zone, the last one included."""
    first, last = (
        day_of(it, timezone) for it in (span.begin, span.end - timedelta(microseconds=1))
    )
    return f"{report}-{first}-{last}.csv"
