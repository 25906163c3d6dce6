"""A ready agent in one call, for the sandbox door (contract, section 9). Never reached in production."""

import secrets
from dataclasses import dataclass, field

from app.auth.codes import totp_secret
from app.auth.models import Agent, AgentSession
from app.auth.operations import AuthDependencies
from app.auth.operations.create_ready_user import SANDBOX_PASSWORD
from app.auth.rules import Role
from app.core.ids import new_id
from app.core.security import new_token, token_digest


@dataclass(frozen=True, slots=True)
class ReadyAgent:
    """An agent with everything a test needs to be that agent."""

    agent: Agent
    password: str = field(repr=False)
    totp_secret: str = field(repr=False)
    access_token: str = field(repr=False)


def create_ready_agent(deps: AuthDependencies, role: Role = Role.AGENT) -> ReadyAgent:
    """Make an agent with the fixed password and a session. The TOTP secret is derived, never stored."""
    password_hash = deps.hasher.hash_once(SANDBOX_PASSWORD)
    token = new_token("at")
    email = f"{role}-{secrets.token_hex(6)}@agents.sandbox.test"
    with deps.database.transaction() as tx:
        agent = Agent(
            id=new_id("agt"),
            email=email,
            email_key=email,
            display_name=f"Sandbox {role.capitalize()}",
            role=role,
            password_hash=password_hash,
            totp_generation=0,
            created_at=tx.now,
        )
        tx.add(agent)
        tx.flush()
        tx.add(
            AgentSession(
                id=new_id("ses"),
                agent_id=agent.id,
                token_digest=token_digest(token),
                created_at=tx.now,
                last_seen_at=tx.now,
            )
        )
    secret = totp_secret(deps.keys, agent.id, agent.totp_generation)
    return ReadyAgent(agent, SANDBOX_PASSWORD, secret, token)
