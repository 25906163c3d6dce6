"""Commands of agents' accounts: `flask --app wsgi agents create --role admin --email …`.

What is printed is shown this once: the password unless it was typed, the TOTP enrolment, the recovery codes.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import NoReturn

import click
import sqlalchemy as sa
from flask.cli import AppGroup

from app.audit.rules import SYSTEM
from app.auth.agent_queries import find_agent
from app.auth.enrolment import Enrolment
from app.auth.identifiers import Identifier, IdentifierInvalidError, parse_email
from app.auth.models import Agent
from app.auth.operations import AuthDependencies
from app.auth.operations.create_agent import NewAgent, create_agent, name_of
from app.auth.operations.reset_agent import reset_agent_password, reset_agent_totp
from app.auth.rules import Role
from app.core.errors import NOT_FOUND, Refusal

ROLES = click.Choice([str(role) for role in Role])


def agent_commands(deps: AuthDependencies, prepare: Callable[[], None]) -> AppGroup:
    """The group `agents`; `prepare` brings the database up to date, since the first agent may come before a server."""
    group = AppGroup("agents", help="Who works at the support desk.")
    for add in (_add_create, _add_list, _add_resets):
        add(group, deps, prepare)
    return group


def _add_create(group: AppGroup, deps: AuthDependencies, prepare: Callable[[], None]) -> None:
    @group.command("create", help="Make an agent and print the TOTP enrolment, this once.")
    @click.option("--email", required=True)
    @click.option("--role", type=ROLES, required=True)
    @click.option("--display-name", help="The address before the @ unless it is given.")
    def create(email: str, role: str, display_name: str | None) -> None:
        identifier = _address(email)
        prepare()
        typed = _ask_password()
        new = NewAgent(identifier, display_name or name_of(identifier), Role(role), typed)
        try:
            made = create_agent(deps, SYSTEM, new)
        except Refusal as refusal:
            _give_up(refusal)
        click.echo(_agent_line(made.agent))
        if typed is None:
            click.echo(f"password: {made.password}")
        _print_enrolment(made.totp, made.recovery_codes)


def _add_list(group: AppGroup, deps: AuthDependencies, prepare: Callable[[], None]) -> None:
    @group.command("list", help="Every agent, oldest first.")
    def list_all() -> None:
        prepare()
        with deps.database.snapshot() as tx:
            agents = tx.scalars(sa.select(Agent).order_by(Agent.created_at, Agent.id)).all()
        for agent in agents:
            click.echo(_agent_line(agent))


def _add_resets(group: AppGroup, deps: AuthDependencies, prepare: Callable[[], None]) -> None:
    @group.command("reset-totp", help="New TOTP secret and recovery codes; ends every session.")
    @click.option("--email", required=True)
    def reset_totp(email: str) -> None:
        prepare()
        done = reset_agent_totp(deps, SYSTEM, _id_of(deps, email))
        click.echo(_agent_line(done.agent))
        _print_enrolment(done.totp, done.recovery_codes)

    @group.command("reset-password", help="A new password; ends every session.")
    @click.option("--email", required=True)
    def reset_password(email: str) -> None:
        prepare()
        done = reset_agent_password(deps, SYSTEM, _id_of(deps, email))
        click.echo(_agent_line(done.agent))
        click.echo(f"password: {done.password}")


def _ask_password() -> str | None:
    """What somebody types twice; None where nobody sits at a terminal, so that one is made."""
    if not sys.stdin.isatty():
        return None
    typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return typed


def _address(text: str) -> Identifier:
    try:
        return parse_email(text)
    except IdentifierInvalidError:
        raise click.BadParameter("no e-mail address", param_hint="--email") from None


def _id_of(deps: AuthDependencies, email: str) -> str:
    with deps.database.snapshot() as tx:
        agent = find_agent(tx, email)
    if agent is None:
        _give_up(NOT_FOUND())
    return agent.id


def _give_up(refusal: Refusal) -> NoReturn:
    reasons = [problem.message.en for problem in refusal.errors]
    said = " ".join([f"{refusal.error.title.en}.", *(reasons or [refusal.error.detail.en])])
    raise click.ClickException(said)


def _agent_line(agent: Agent) -> str:
    return f"{agent.id}  {agent.role:<10}  {agent.status:<8}  {agent.email}  {agent.display_name}"


def _print_enrolment(totp: Enrolment, recovery_codes: Sequence[str]) -> None:
    for line in enrolment_lines(totp, recovery_codes):
        click.echo(line)


def enrolment_lines(totp: Enrolment, recovery_codes: Sequence[str]) -> Iterator[str]:
    """What the agent's authenticator is told, and the codes for the day when it is lost."""
    yield f"TOTP secret: {totp.secret}"
    yield f"TOTP address: {totp.otpauth_uri}"
    yield ""
    yield totp.qr_text
    yield "Recovery codes, each good for one sign-in in place of a TOTP:"
    yield from (f"  {code}" for code in recovery_codes)
    yield "None of this can be shown again."
