"""Asking to have something done for a customer: first a dry run with its ledger entries, then the request."""

from typing import Any

from app.console.dependencies import ConsoleDependencies
from app.console.forms import read_form
from app.console.looking import contact_of, looker_of
from app.console.once import FIELD, done_before, key_of, new_key
from app.console.pages import GoTo, Pages, Shown, Visit
from app.core.errors import VALIDATION_FAILED, field_problem
from app.support.actions.operations.read_actions import read_action_request
from app.support.actions.operations.request_action import (
    AskedAction,
    preview_action,
    request_action,
)
from app.support.actions.presenting import present_request
from app.support.actions.rules import RULES, ActionStatus, ActionType
from app.support.actions.schemas import NewActionRequestSchema

pages = Pages()

_SAYS = {ActionStatus.EXECUTED: "action_done", ActionStatus.PENDING_APPROVAL: "action_waits"}


@pages.get("/customers/<customer_id>/actions")
def show_action_form(deps: ConsoleDependencies, visit: Visit, customer_id: str) -> Shown:
    """The form; what was looked at the customer for is its contact, where it was a call or conversation."""
    who = looker_of(visit, customer_id)
    if who is None:
        return Shown("customers/why.html", {"customer_id": customer_id})
    values = {
        "customer_id": customer_id,
        "rules": RULES,
        "chosen": visit.query.get("type", ""),
        "payment_id": visit.query.get("payment", ""),
        "contact": next(iter(contact_of(who.reason).values()), ""),
    }
    return Shown("actions/form.html", values, keeps_reason=(customer_id, who.reason))


@pages.post("/customers/<customer_id>/actions/preview")
def preview(deps: ConsoleDependencies, visit: Visit, customer_id: str) -> Shown:
    """What it would do: entries, level, cautions. Nothing happens but the look."""
    asked = _asked(visit, customer_id)
    would = present_request(preview_action(deps.support, visit.me.principal, asked))
    values = {
        "customer_id": customer_id,
        "would": would,
        "rule": RULES[asked.type],
        "form": {name: value for name, value in visit.form.items() if name != FIELD},
        FIELD: new_key(),
    }
    return Shown("actions/preview.html", values)


@pages.post("/customers/<customer_id>/actions")
def ask_for_action(deps: ConsoleDependencies, visit: Visit, customer_id: str) -> GoTo:
    """Do it, or have it wait for a second person; sent twice it is asked for once."""
    key = key_of(deps, visit, f"/customers/{customer_id}/actions")
    known = done_before(deps, key)
    if known is None:
        asked = _asked(visit, customer_id)
        request = request_action(deps.support, visit.me.principal, asked, key)
    else:
        request = read_action_request(deps.support, visit.me.principal, known)
    return GoTo(f"/customers/{customer_id}", says=_SAYS.get(ActionStatus(request.status)))


def _asked(visit: Visit, customer_id: str) -> AskedAction:
    """The form as the API would read it. Raises what the API raises."""
    typed: dict[str, Any] = {**visit.form, "user_id": customer_id}
    contact = visit.word("contact", "")
    if contact:
        named = contact_of(contact)
        if not named:
            raise VALIDATION_FAILED(errors=[field_problem("/contact", "invalid_value")])
        typed |= named
    body = read_form(visit, NewActionRequestSchema, amounts=("amount",), given=typed)
    return AskedAction(
        type=ActionType(body["type"]),
        user_id=customer_id,
        reason=body["reason"],
        payment_id=body.get("payment_id"),
        amount_minor=body.get("amount"),
        call_id=body.get("call_id"),
        conversation_id=body.get("conversation_id"),
    )
