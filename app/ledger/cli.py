"""Commands of the ledger: `flask --app wsgi ledger trial-balance`."""

import click
from flask.cli import AppGroup

from app.core.database import Database
from app.ledger.trial_balance import AccountBalance, totals, trial_balance

OUT_OF_BALANCE = 1


def ledger_commands(database: Database) -> AppGroup:
    """The group `ledger`, reading this database."""
    group = AppGroup("ledger", help="Reading the books.")

    @group.command(
        "trial-balance", help="Every account's sum in minor units; fails unless all sum to zero."
    )
    def print_trial_balance() -> None:
        with database.snapshot() as tx:
            balances = trial_balance(tx)
        for line in trial_balance_lines(balances):
            click.echo(line)
        if any(totals(balances).values()):
            raise SystemExit(OUT_OF_BALANCE)

    return group


def trial_balance_lines(balances: list[AccountBalance]) -> list[str]:
    """The trial balance as text: one line per account that isn't empty, then the sum per currency."""
    lines = [
        f"{each.balance_minor:>16} {each.currency}  {each.kind:<18} {each.account_id}"
        for each in balances
        if each.balance_minor
    ]
    sums = [f"{total:>16} {currency}  in total" for currency, total in totals(balances).items()]
    return [*lines, *sums]
