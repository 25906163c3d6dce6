"""Ready users and agents, with all that is needed to be them. No Flask in here."""

from typing import Final

import pyotp

from app.auth.operations.create_ready_agent import create_ready_agent
from app.auth.operations.create_ready_user import ReadyUserWish
from app.auth.rules import Role
from app.console.forms import read_form
from app.console.pages import Pages, Shown, Visit
from app.sandbox.operations import SandboxDependencies
from app.sandbox.operations.advance_clock import read_clock
from app.sandbox.operations.create_user import create_user
from app.sandbox.schemas import NewSandboxAgentSchema, NewSandboxUserSchema

pages = Pages()

_WISHES: Final = ("phone", "email", "password", "transaction_password", "locale")


@pages.post("/users", role=None)
def make_user(deps: SandboxDependencies, visit: Visit) -> Shown:
    """A ready user, with what is needed to be that user."""
    typed = {name: value for name, value in visit.form.items() if name != "bank_card"}
    body = read_form(visit, NewSandboxUserSchema, amounts=("balance",), given=typed)
    wish = ReadyUserWish(**{name: body[name] for name in _WISHES if name in body})
    made = create_user(deps, wish, body.get("balance"), bank_card="bank_card" in visit.form)
    return Shown("sandbox/made_user.html", {"made": made})


@pages.post("/agents", role=None)
def make_ready_agent(deps: SandboxDependencies, visit: Visit) -> Shown:
    """A ready agent, with the code that opens the console right now."""
    body = read_form(visit, NewSandboxAgentSchema)
    made = create_ready_agent(deps.auth, Role(body["role"]))
    return Shown("sandbox/made_agent.html", {"made": made, **_code(deps, made.totp_secret)})


@pages.post("/agents/code", role=None)
def show_code(deps: SandboxDependencies, visit: Visit) -> Shown:
    """What an authenticator with that secret shows now, by the virtual clock."""
    return Shown("sandbox/code.html", _code(deps, visit.word("secret")))


def _code(deps: SandboxDependencies, secret: str) -> dict[str, str]:
    try:
        return {"secret": secret, "code": pyotp.TOTP(secret).at(read_clock(deps).now)}
    except ValueError:
        return {"secret": secret, "code": "–"}
