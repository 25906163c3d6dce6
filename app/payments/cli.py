"""Commands of payments: `flask --app wsgi reconcile`."""

from collections.abc import Callable, Iterator, Sequence

import click
from flask.cli import with_appcontext

from app.payments.operations import PaymentDependencies
from app.payments.operations.reconcile import SideReport, reconcile
from app.payments.reconciliation import Difference

UNEXPLAINED = 1
UNREADABLE = 2


def reconcile_command(
    deps: PaymentDependencies, alert: Callable[[Sequence[str]], None]
) -> click.Command:
    """The command `reconcile`: exit status 1 where nothing explains a difference, 2 where a book can't be read.

    `alert` is handed the references that the gateway has taken money for without our books' knowing.
    """

    @click.command(
        "reconcile", help="Compare our book with the gateway's and the bank's; amounts in fen."
    )
    @with_appcontext
    def print_reconciliation() -> None:
        reports = reconcile(deps)
        for line in reconciliation_lines(reports):
            click.echo(line)
        unbooked = unbooked_charges(reports)
        if unbooked:
            alert(unbooked)
        if any(report.problem for report in reports):
            raise SystemExit(UNREADABLE)
        if not all(report.ok for report in reports):
            raise SystemExit(UNEXPLAINED)

    return print_reconciliation


def reconciliation_lines(reports: Sequence[SideReport]) -> Iterator[str]:
    """The reports as text: a line per side, and one per difference."""
    for report in reports:
        if report.problem is not None:
            yield f"{report.side}: its book can't be read ({report.problem.value})"
            continue
        count = len(report.differences)
        yield f"{report.side}: {report.lines} settled, {count or 'no'} different"
        yield from map(_difference_line, report.differences)


def unbooked_charges(reports: Sequence[SideReport]) -> Sequence[str]:
    """The references that only the gateway has, and that no open outcome explains."""
    return [
        each.reference
        for report in reports
        if report.side == "gateway"
        for each in report.differences
        if not each.explained and each.ours_minor == 0 and each.theirs_minor > 0
    ]


def _difference_line(each: Difference) -> str:
    why = "explained by an open outcome" if each.explained else "UNEXPLAINED"
    return f"  {each.reference}  {each.name}: ours {each.ours_minor}, theirs {each.theirs_minor}, {why}"
