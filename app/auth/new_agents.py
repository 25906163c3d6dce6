"""Making an agent inside a transaction. Who may, the operations decide."""

from sqlalchemy.exc import IntegrityError

from app.auth.errors import EMAIL_TAKEN
from app.auth.identifiers import Identifier
from app.auth.models import Agent
from app.auth.rules import Role
from app.core.database import Transaction
from app.core.ids import new_id


def add_agent(
    tx: Transaction, email: Identifier, display_name: str, role: Role, password_hash: str
) -> Agent:
    """Insert the agent, with the first TOTP secret. Raises EMAIL_TAKEN."""
    agent = Agent(
        id=new_id("agt"),
        email=email.value,
        email_key=email.key,
        display_name=display_name,
        role=role,
        password_hash=password_hash,
        totp_generation=0,
        created_at=tx.now,
    )
    try:
        with tx.begin_nested():
            tx.add(agent)
    except IntegrityError:
        raise EMAIL_TAKEN() from None
    return agent
