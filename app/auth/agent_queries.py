"""Reading agents. Other domains come in here and through `operations/`."""

from collections.abc import Collection, Mapping

import sqlalchemy as sa

from app.auth.identifiers import IdentifierInvalidError, parse_email
from app.auth.models import Agent
from app.auth.rules import Role
from app.core.database import Transaction
from app.core.errors import existing
from app.core.pagination import Page, PageRequest, fetch_page


def get_agent(tx: Transaction, agent_id: str) -> Agent:
    """The agent, disabled ones too. Raises NOT_FOUND."""
    return existing(tx.get(Agent, agent_id))


def hold_agent(tx: Transaction, agent_id: str) -> Agent:
    """The agent, locked to the end of the transaction. Raises NOT_FOUND."""
    return existing(tx.get(Agent, agent_id, with_for_update=True, populate_existing=True))


def agent_email_key(text: str) -> str:
    """An address as it is compared; what is no address has a key too, that no agent has."""
    try:
        return parse_email(text).key
    except IdentifierInvalidError:
        return f"not an address: {text}"


def find_agent(tx: Transaction, email: str) -> Agent | None:
    """Whose e-mail address it is, if any agent's."""
    return tx.scalar(sa.select(Agent).where(Agent.email_key == agent_email_key(email)))


def list_agents(tx: Transaction, page: PageRequest) -> Page[Agent]:
    """All agents, newest first."""
    return fetch_page(tx, sa.select(Agent), page, at=Agent.created_at, row_id=Agent.id)


def agents_at_work(tx: Transaction) -> Mapping[str, str]:
    """How the agents who can sign in are called, by id, in the order of their names."""
    query = sa.select(Agent.id, Agent.display_name).where(Agent.disabled_at.is_(None))
    return {row.id: row.display_name for row in tx.execute(query.order_by(Agent.display_name))}


def names_of_agents(tx: Transaction, agent_ids: Collection[str]) -> Mapping[str, str]:
    """How these agents are called, disabled ones too, by id."""
    query = sa.select(Agent.id, Agent.display_name).where(Agent.id.in_(agent_ids))
    return {row.id: row.display_name for row in tx.execute(query)}


def hold_admins(tx: Transaction) -> list[str]:
    """The ids of the admins who can sign in, locked to the end of the transaction: nobody else changes them."""
    admins = sa.select(Agent.id).where(Agent.role == Role.ADMIN, Agent.disabled_at.is_(None))
    return list(tx.scalars(admins.order_by(Agent.id).with_for_update()))
