"""A ready agent in one call, for the sandbox door (contract, section 9). Never reached in production."""

import secrets
from dataclasses import dataclass, field

from app.auth.agent_sessions import open_agent_session
from app.auth.codes import totp_secret
from app.auth.identifiers import parse_identifier
from app.auth.models import Agent
from app.auth.new_agents import add_agent
from app.auth.operations import AuthDependencies
from app.auth.operations.create_ready_user import SANDBOX_PASSWORD
from app.auth.rules import Role


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
    email = parse_identifier(f"{role}-{secrets.token_hex(6)}@agents.sandbox.test")
    with deps.database.transaction() as tx:
        agent = add_agent(tx, email, f"Sandbox {role.capitalize()}", role, password_hash)
        _, token = open_agent_session(tx, agent.id)
    secret = totp_secret(deps.keys, agent.id, agent.totp_generation)
    return ReadyAgent(agent, SANDBOX_PASSWORD, secret, token)
