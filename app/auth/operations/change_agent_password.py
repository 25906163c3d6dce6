"""Change one's own password as an agent: the first one was made by an admin, who has seen it."""

import sqlalchemy as sa

from app.audit.rules import Act
from app.auth.agent_queries import get_agent
from app.auth.agent_sessions import end_agent_sessions
from app.auth.doors import at_door, count_wrong
from app.auth.errors import PASSWORD_INCORRECT
from app.auth.judging import hash_of_new_password
from app.auth.models import Agent
from app.auth.operations import AuthDependencies
from app.auth.rules import Door
from app.auth.tries import count_right
from app.core.database import Transaction
from app.core.http.call import Principal


def change_agent_password(
    deps: AuthDependencies, who: Principal, current: str, new_password: str, confirmation: str
) -> None:
    """Replace the password and end the agent's other sessions. A wrong `current` one counts with logins.

    No TOTP is asked: the one that opened the session can't be used again. Raises LOGIN_LOCKED, PASSWORD_INCORRECT,
    PASSWORD_REJECTED, BUSY.
    """
    agent = _prove(deps, who.id, current)
    new_hash = hash_of_new_password(
        deps,
        new_password,
        confirmation,
        identifiers=(agent.email,),
        current_hash=agent.password_hash,
    )
    with deps.database.transaction() as tx:
        replacing = sa.update(Agent).where(
            Agent.id == who.id, Agent.password_hash == agent.password_hash
        )
        if tx.change(replacing.values(password_hash=new_hash)) == 0:
            raise PASSWORD_INCORRECT()  # it was changed by another call in the meantime
        end_agent_sessions(tx, who.id, spare=who.session_id)
        deps.audit.record(tx, Act(who.id, "change_agent_password", who.id))


def _prove(deps: AuthDependencies, agent_id: str, given: str) -> Agent:
    """The agent, whose password it is. Raises LOGIN_LOCKED, PASSWORD_INCORRECT, BUSY."""

    def find(tx: Transaction) -> tuple[str, Agent]:
        return agent_id, get_agent(tx, agent_id)

    with at_door(deps, Door.AGENT_LOGIN, find) as (slow, agent, booked):
        right = slow.verify(given, agent.password_hash).right
    if not right:
        raise PASSWORD_INCORRECT(attempts_remaining=count_wrong(deps, booked))
    with deps.database.transaction() as tx:
        count_right(tx, booked)
    return agent
