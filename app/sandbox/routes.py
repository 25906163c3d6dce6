"""The sandbox's doors over HTTP (contract, section 9): no login, local callers only."""

from collections.abc import Mapping
from typing import Any

from app.auth.errors import (
    IDENTIFIER_TAKEN,
    PASSWORD_REJECTED,
    TRANSACTION_PASSWORD_REJECTED,
)
from app.auth.identifiers import IdentifierInvalidError, parse_identifier
from app.auth.operations.create_ready_agent import create_ready_agent
from app.auth.operations.create_ready_user import ReadyUserWish
from app.auth.rules import Role
from app.banking.errors import BANK_UNAVAILABLE, CARD_NOT_ELIGIBLE
from app.core.clock import rfc3339
from app.core.http.call import Call
from app.core.http.routes import Access, Routes
from app.sandbox.operations import SandboxDependencies
from app.sandbox.operations.advance_clock import ClockReading, Wish, advance_clock, read_clock
from app.sandbox.operations.check_invariants import Report, check_invariants
from app.sandbox.operations.create_user import create_user
from app.sandbox.operations.make_fault import make_fault
from app.sandbox.operations.read_charges import read_charges
from app.sandbox.operations.reset_sandbox import reset_sandbox
from app.sandbox.operations.wait_for_messages import wait_for_messages
from app.sandbox.schemas import (
    AdvancedClockSchema,
    ChargeQuerySchema,
    ClockAdvanceSchema,
    FaultSchema,
    FaultsSchema,
    GatewayChargesSchema,
    InvariantsSchema,
    MessageQuerySchema,
    NewFaultSchema,
    NewSandboxAgentSchema,
    NewSandboxUserSchema,
    ReceivedMessagesSchema,
    SandboxAgentSchema,
    SandboxClockSchema,
    SandboxUserSchema,
    StatementQuerySchema,
    StatementSchema,
    TriggersSchema,
)
from app.sandbox.triggers import catalogue

routes = Routes("sandbox", prefix="/sandbox/v1", tag="Sandbox", access=Access.SANDBOX)

_WISHES = ("phone", "email", "password", "transaction_password", "locale")
Listing = dict[str, list[dict[str, Any]]]


@routes.post(
    "/users",
    body=NewSandboxUserSchema,
    answers={201: SandboxUserSchema},
    errors=(
        IDENTIFIER_TAKEN,
        PASSWORD_REJECTED,
        TRANSACTION_PASSWORD_REJECTED,
        BANK_UNAVAILABLE,
        CARD_NOT_ELIGIBLE,
    ),
)
def create_sandbox_user(deps: SandboxDependencies, call: Call) -> dict[str, Any]:
    """A ready user in one call: signed in, with 100000 fen and both passwords unless asked otherwise."""
    wish = ReadyUserWish(**{name: call.body[name] for name in _WISHES if name in call.body})
    made = create_user(deps, wish, call.body.get("balance"), bank_card=call.body["bank_card"])
    card = {} if made.bank_card_id is None else {"bank_card_id": made.bank_card_id}
    return card | {
        "user": made.ready.user,
        "identifier": made.ready.identifier,
        "password": made.ready.password,
        "transaction_password": made.ready.transaction_password,
        "access_token": made.ready.tokens.access_token,
        "refresh_token": made.ready.tokens.refresh_token,
    }


@routes.post("/agents", body=NewSandboxAgentSchema, answers={201: SandboxAgentSchema})
def create_sandbox_agent(deps: SandboxDependencies, call: Call) -> dict[str, Any]:
    """A ready agent in one call: signed in, with password and TOTP secret."""
    made = create_ready_agent(deps.auth, Role(call.body["role"]))
    return {
        "agent": made.agent,
        "email": made.agent.email,
        "password": made.password,
        "totp_secret": made.totp_secret,
        "access_token": made.access_token,
    }


@routes.get("/messages", query=MessageQuerySchema, answers={200: ReceivedMessagesSchema})
def list_messages(deps: SandboxDependencies, call: Call) -> Listing:
    """What the simulated carrier and mailbox received, newest first; `wait` holds until the first match."""
    return {"data": wait_for_messages(deps, _message_query(call.query), call.query["wait"])}


def _message_query(query: Mapping[str, Any]) -> dict[str, str]:
    wanted = {} if "to" not in query else {"to": _destination(query["to"])}
    return wanted if "since" not in query else wanted | {"since": rfc3339(query["since"])}


def _destination(text: str) -> str:
    """As messages are sent to it: the domain of an address in lower case."""
    try:
        return parse_identifier(text).value
    except IdentifierInvalidError:
        return text


@routes.delete("/messages", answers={204: None})
def forget_messages(deps: SandboxDependencies, call: Call) -> None:
    """Empty the inbox."""
    deps.world.forget_messages()


@routes.get("/clock", answers={200: SandboxClockSchema})
def show_clock(deps: SandboxDependencies, call: Call) -> dict[str, Any]:
    """Virtual time, and how far it is ahead of the machine's."""
    return _clock(read_clock(deps))


@routes.post("/clock/advance", body=ClockAdvanceSchema, answers={200: AdvancedClockSchema})
def move_clock(deps: SandboxDependencies, call: Call) -> dict[str, Any]:
    """Move virtual time forward; what becomes due on the way runs at its own moment, and is listed.

    At most 10 years ahead of the machine's clock. After 10,000 jobs, or where the world is out of reach, the answer is
    503 `busy` and the clock stands where it had got to.
    """
    reading = advance_clock(deps, Wish(call.body.get("seconds"), call.body.get("to")))
    ran = [{"job": job.kind, "id": job.id, "due_at": job.due_at} for job in reading.ran]
    return _clock(reading) | {"ran": ran}


def _clock(reading: ClockReading) -> dict[str, Any]:
    seconds, rest = divmod(reading.offset_ms, 1000)
    return {"now": reading.now, "offset_seconds": seconds + rest / 1000 if rest else seconds}


@routes.post("/faults", body=NewFaultSchema, answers={201: FaultSchema})
def create_fault(deps: SandboxDependencies, call: Call) -> dict[str, Any]:
    """Have the next calls of a target go wrong; counted, in order, never random."""
    return make_fault(deps, call.body)


@routes.get("/faults", answers={200: FaultsSchema})
def list_faults(deps: SandboxDependencies, call: Call) -> Listing:
    """Every fault, used ones too, in the order in which they are tried."""
    return {"data": deps.world.faults()}


@routes.delete("/faults", answers={204: None})
def remove_faults(deps: SandboxDependencies, call: Call) -> None:
    """Forget every fault."""
    deps.world.remove_faults()


@routes.delete("/faults/<fault_id>", answers={204: None})
def remove_fault(deps: SandboxDependencies, call: Call, fault_id: str) -> None:
    """Forget one fault."""
    deps.world.remove_faults(fault_id)


@routes.get("/triggers", answers={200: TriggersSchema})
def list_triggers(deps: SandboxDependencies, call: Call) -> Listing:
    """Every magic value with the outcome that it brings."""
    return {"data": catalogue(deps.world.triggers())}


@routes.get("/bank-statements", query=StatementQuerySchema, answers={200: StatementSchema})
def read_statement(deps: SandboxDependencies, call: Call) -> Listing:
    """What the cardholder sees at the bank, micro-deposits included, newest first."""
    return {"data": deps.world.statement(call.query["card_number"])}


@routes.get("/gateway/charges", query=ChargeQuerySchema, answers={200: GatewayChargesSchema})
def list_charges(deps: SandboxDependencies, call: Call) -> Listing:
    """The gateway's own book, newest first; all of it without `reference`."""
    return {"data": read_charges(deps, call.query.get("reference"))}


@routes.get("/invariants", answers={200: InvariantsSchema})
def read_invariants(deps: SandboxDependencies, call: Call) -> Report:
    """Whether the books are right, ours and the world's."""
    return check_invariants(deps)


@routes.post("/reset", answers={204: None})
def reset(deps: SandboxDependencies, call: Call) -> None:
    """Empty the sandbox to its seed, world and clock included; work begun before writes nothing after."""
    reset_sandbox(deps)
