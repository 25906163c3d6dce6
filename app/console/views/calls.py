"""The hotline: a call that begins, who it seems to be, the code that proves it, notes, the end."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from app.auth.agent_queries import agents_at_work, names_of_agents
from app.console.dependencies import ConsoleDependencies
from app.console.forms import read_form
from app.console.pages import GoTo, Pages, Shown, Visit
from app.core.http.decoding import load
from app.core.pagination import PageRequest
from app.support.calls.models import SupportCall
from app.support.calls.operations.change_call import CallChange, change_call
from app.support.calls.operations.read_calls import read_call, read_calls
from app.support.calls.operations.record_call import record_call
from app.support.calls.operations.verify_call import verify_call
from app.support.calls.presenting import present_call
from app.support.calls.queries import CallFilter
from app.support.calls.rules import CallStatus, Direction, Fact
from app.support.calls.schemas import CallChangeSchema, CallVerificationSchema, NewCallSchema
from app.support.conversations.agent_queries import DeskConversation, QueueFilter
from app.support.conversations.operations.read_as_agent import read_conversation, read_queue
from app.support.conversations.operations.resolve_conversation import resolve_conversation

pages = Pages()

CASES: Final = PageRequest(5)
STATUSES: Final = tuple(status.value for status in CallStatus)


@pages.get("/calls")
def show_calls(deps: ConsoleDependencies, visit: Visit) -> Shown:
    """The form for a call that begins, and the calls of late."""
    status = visit.query.get("status")
    wanted = CallFilter(
        status=status if status in STATUSES else None,
        agent_id=visit.me.id if visit.query.get("mine") else None,
    )
    found = read_calls(deps.support, visit.me.principal, wanted, visit.page)
    with deps.database.snapshot() as tx:
        names = names_of_agents(tx, {call.agent_id for call in found.data})
        now = tx.now
    values = {
        "calls": found.map(lambda call: present_call(call, visit.me.principal)),
        "names": names,
        "now": now,
        "directions": tuple(Direction),
        "statuses": STATUSES,
    }
    return Shown("calls/list.html", values)


@pages.post("/calls")
def begin_call(deps: ConsoleDependencies, visit: Visit) -> GoTo:
    """Pick up, or call somebody; a withheld number is left empty."""
    body = load(
        NewCallSchema(),
        {"phone": visit.word("phone", "") or None, "direction": visit.word("direction")},
    )
    call = record_call(deps.support, visit.me.id, body["phone"], Direction(body["direction"]))
    return GoTo(f"/calls/{call.id}")


@pages.get("/calls/<call_id>")
def show_call(deps: ConsoleDependencies, visit: Visit, call_id: str) -> Shown:
    """The call bar."""
    who = visit.me.principal
    call = read_call(deps.support, who, call_id)
    with deps.database.snapshot() as tx:
        colleagues = agents_at_work(tx)
        now = tx.now
    case = call.conversation_id and read_conversation(deps.support, who, call.conversation_id)
    values = {
        "call": present_call(call, who),
        "case": case,
        "cases": _other_cases(deps, visit, call),
        "facts": tuple(Fact),
        "colleagues": colleagues,
        "now": now,
    }
    return Shown("calls/call.html", values)


@pages.post("/calls/<call_id>/code")
def check_code(deps: ConsoleDependencies, visit: Visit, call_id: str) -> GoTo:
    """The caller has read out a code."""
    body = read_form(visit, CallVerificationSchema)
    verify_call(deps.support, visit.me.principal, call_id, body["call_code"])
    return GoTo(f"/calls/{call_id}", says="call_verified_told")


@pages.post("/calls/<call_id>/notes")
def keep_notes(deps: ConsoleDependencies, visit: Visit, call_id: str) -> GoTo:
    """What was said, in the agent's words."""
    return _change(deps, visit, call_id, {"notes": visit.form.get("notes")}, "call_notes_saved")


@pages.post("/calls/<call_id>/end")
def end_call(deps: ConsoleDependencies, visit: Visit, call_id: str) -> GoTo:
    """Hang up; notes that were typed meanwhile are kept. With `resolve` the case is over too."""
    notes = {"notes": visit.form["notes"]} if "notes" in visit.form else {}
    ended = {"status": CallStatus.ENDED.value}
    done = _change(deps, visit, call_id, ended | notes, "call_has_ended")
    if not visit.form.get("resolve"):
        return done
    case_id = read_call(deps.support, visit.me.principal, call_id).conversation_id
    if case_id is not None:
        resolve_conversation(deps.support, visit.me.principal, case_id)
    return replace(done, says="call_has_ended_resolved")


@pages.post("/calls/<call_id>/case")
def say_which_case(deps: ConsoleDependencies, visit: Visit, call_id: str) -> GoTo:
    """The call is about another case of the customer."""
    wanted = {"conversation_id": visit.word("conversation_id")}
    return _change(deps, visit, call_id, wanted, "call_changed")


@pages.post("/calls/<call_id>/fact")
def confirm_fact(deps: ConsoleDependencies, visit: Visit, call_id: str) -> GoTo:
    """The caller knew something of the account."""
    wanted = {"confirmed_fact": visit.word("confirmed_fact")}
    return _change(deps, visit, call_id, wanted, "call_changed")


@pages.post("/calls/<call_id>/whose")
def say_who_calls(deps: ConsoleDependencies, visit: Visit, call_id: str) -> GoTo:
    """The caller says to be another customer, or nobody we know."""
    user_id = visit.word("user_id", "") or None
    return _change(deps, visit, call_id, {"user_id": user_id}, "call_changed")


@pages.post("/calls/<call_id>/hand-over")
def hand_over_call(deps: ConsoleDependencies, visit: Visit, call_id: str) -> GoTo:
    """Put the caller through to a colleague."""
    return _change(deps, visit, call_id, {"agent_id": visit.word("agent_id")}, "call_changed")


def _change(
    deps: ConsoleDependencies, visit: Visit, call_id: str, wanted: dict[str, Any], says: str
) -> GoTo:
    change = CallChange(load(CallChangeSchema(), wanted))
    change_call(deps.support, visit.me.principal, call_id, change)
    return GoTo(f"/calls/{call_id}", says=says)


def _other_cases(
    deps: ConsoleDependencies, visit: Visit, call: SupportCall
) -> Sequence[DeskConversation]:
    """What else the customer is waiting for, newest first: a caller mostly means that."""
    if call.user_id is None:
        return []
    wanted = QueueFilter(user_id=call.user_id, active_only=True)
    found = read_queue(deps.support, visit.me.principal, wanted, CASES, reason=call.id).data
    return [it for it in found if it.conversation.id != call.conversation_id]
