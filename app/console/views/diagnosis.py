"""What became of a payment: from "about 3 pm, 128" to the verdict, the evidence, the message and the next step."""

from datetime import datetime
from typing import Any, Final

from app.console.dependencies import ConsoleDependencies
from app.console.diagnosing import Remembered, draw, may_inquire, next_actions, span_of
from app.console.looking import contact_of, looker_of, read_reason
from app.console.pages import Pages, Shown, Visit
from app.console.recollecting import read_recollection
from app.console.views.customers import find_customers
from app.console.words.diagnosis import DIAGNOSIS
from app.core.errors import VALIDATION_FAILED, field_problem
from app.payments.queries import open_refunds
from app.payments.rules import Kind
from app.status.components import Component
from app.status.queries import incidents_overlapping
from app.support.customers.operations.diagnose_for_agent import diagnose_for_agent
from app.support.customers.operations.inquire_payment import inquire_payment
from app.support.customers.operations.read_payment_evidence import read_payment_evidence
from app.support.customers.presenting import present_evidence
from app.support.diagnosis.investigating import Question
from app.support.diagnosis.matching import Recollection
from app.support.looks import Looker

pages = Pages()

PAGE: Final = "diagnosis/page.html"
RESULT: Final = "diagnosis/result.html"


@pages.get("/diagnosis")
def show_diagnosis(deps: ConsoleDependencies, visit: Visit) -> Shown:
    """The form; with a payment in the address, its diagnosis at once."""
    customer_id, payment_id = visit.query.get("customer", ""), visit.query.get("payment")
    who = looker_of(visit, customer_id) if customer_id else None
    values: dict[str, Any] = {
        "customer": customer_id,
        "why": who.reason if who else visit.query.get("because", ""),
        "payment_id": payment_id or "",
        "answer": None,
    }
    if who is None:
        return Shown(PAGE, values)
    if payment_id:
        values |= _diagnose(deps, visit, who, customer_id, Question(payment_id))
    return Shown(PAGE, values, keeps_reason=(customer_id, who.reason))


@pages.post("/diagnosis")
def diagnose(deps: ConsoleDependencies, visit: Visit) -> Shown:
    """Read the words, find whose payment it is and which, and say what became of it."""
    told, words = visit.word("customer"), visit.word("words", "")
    who = _who(visit, told)
    if told.startswith("usr_"):
        customer_id = told
    else:
        found = find_customers(deps, who, told)
        if len(found) != 1:
            values = {"found": found, "words": words, "why": who.reason}
            return Shown("diagnosis/which.html", values)
        customer_id = found[0].id
    question = _question(deps, visit, words)
    values = _diagnose(deps, visit, who, customer_id, question)
    return Shown(
        RESULT if visit.fragment else PAGE,
        {"customer": customer_id, "why": who.reason, "words": words, **values},
        keeps_reason=(customer_id, who.reason),
    )


@pages.post("/diagnosis/inquire")
def inquire(deps: ConsoleDependencies, visit: Visit) -> Shown:
    """Ask the gateway now, settle what it says, and diagnose again."""
    customer_id, payment_id = visit.word("customer"), visit.word("payment_id")
    who = _who(visit, customer_id)
    inquire_payment(deps.support, who, Kind.PAYMENT, payment_id)
    values = _diagnose(deps, visit, who, customer_id, Question(payment_id))
    values |= {"customer": customer_id, "why": who.reason, "inquired": True}
    return Shown(RESULT if visit.fragment else PAGE, values)


@pages.get("/diagnosis/evidence/<payment_id>")
def show_evidence(deps: ConsoleDependencies, visit: Visit, payment_id: str) -> Shown:
    """Every exchange, ledger entry and sight of a phone around a payment: the bundle for an escalation."""
    customer_id = visit.query.get("customer", "")
    who = looker_of(visit, customer_id)
    if who is None:
        return Shown("customers/why.html", {"customer_id": customer_id})
    found = read_payment_evidence(deps.support, who, payment_id)
    return Shown("diagnosis/evidence.html", {"known": present_evidence(found, visit.locale)})


def _who(visit: Visit, told: str) -> Looker:
    """The agent with the reason that was typed, else the one that was said before for this customer."""
    why = visit.form.get("why", "").strip() or visit.reasons.get(told, "")
    return Looker(visit.me.id, read_reason(why))


def _question(deps: ConsoleDependencies, visit: Visit, words: str) -> Question:
    """A payment that was picked or named, else what the words say. Raises VALIDATION_FAILED where they say nothing."""
    payment_id = visit.word("payment_id", "") or (words if words.startswith("pay_") else "")
    if payment_id:
        return Question(payment_id)
    with deps.database.snapshot() as tx:
        now = tx.now
    said = read_recollection(words, now, deps.support.timezone)
    if said.at is None and said.amount_minor is None:
        raise VALIDATION_FAILED(errors=[field_problem("/words", "invalid_value")])
    at = None if said.at is None else min(said.at, now)
    last4 = visit.word("card_last4", "") or None
    return Question(remembered=Recollection(said.amount_minor, at, card_last4=last4))


def _diagnose(
    deps: ConsoleDependencies, visit: Visit, who: Looker, customer_id: str, question: Question
) -> dict[str, Any]:
    answer = diagnose_for_agent(deps.support, who, customer_id, question, visit.locale)
    said = question.remembered
    mark = Remembered(
        said.at if said else None, DIAGNOSIS["diagnosis_remembered"].said_in(visit.locale)
    )
    span = span_of(answer, mark)
    with deps.database.snapshot() as tx:
        now: datetime = tx.now
        gateway = Component.PAYMENT_GATEWAY
        incidents = incidents_overlapping(tx, gateway, *span) if span else []
        refund_waits = bool(open_refunds(tx, answer["payment_id"] or ""))
    return {
        "answer": answer,
        "remembered": said,
        "axis": draw(answer, mark, incidents, visit.locale, now),
        "may_inquire": may_inquire(answer, refund_waits=refund_waits),
        "actions": next_actions(answer),
        "contact": contact_of(who.reason),
        "now": now,
    }
