"""Commands of the trail: `flask --app wsgi audit verify`."""

import click
from flask.cli import AppGroup

from app.audit.operations import AuditDependencies
from app.audit.operations import verify_trail as verifying
from app.audit.rules import SYSTEM

BROKEN = 1


def audit_commands(deps: AuditDependencies) -> AppGroup:
    """The group `audit`: exit status 1 where the trail is not as it was written."""
    group = AppGroup("audit", help="The record of who did what.")

    @group.command("verify", help="Follow the chain through every entry; fails where it is broken.")
    def verify() -> None:
        found = verifying.verify_trail(deps, SYSTEM)
        if found.ok:
            click.echo(f"{found.checked} entries, all as they were written")
            return
        click.echo(f"{found.checked} entries as they were written, BROKEN at {found.first_bad_seq}")
        raise SystemExit(BROKEN)

    return group
