"""Tell an agent what became of a customer's payment, and what else may be meant."""

from typing import Any, Final

from app.auth.queries import get_user
from app.core.locale import LOCALES, Locale
from app.support.dependencies import SupportDependencies
from app.support.diagnosis.candidate_views import view_candidates
from app.support.diagnosis.choosing import choose_for_agent
from app.support.diagnosis.investigating import Case, Question, investigate, record_of
from app.support.diagnosis.money import Verdict
from app.support.diagnosis.report import Diagnosis, diagnose, present
from app.support.looks import Look, Looker, note_look
from app.support.mismatches import FoundBy, raise_mismatch
from app.support.recovery import keep_promise

_SEEN: Final = ("payments", "attempts", "ledger_entries", "client_events", "balance", "locks")


def diagnose_for_agent(
    deps: SupportDependencies, who: Looker, user_id: str, question: Question, locale: Locale
) -> dict[str, Any]:
    """What a user's own call would answer, with the candidates, and the message in both languages.

    What fits best is diagnosed; whether it may be taken as what is meant tells `selection`. Until that is certain the
    message asks, and paying again is only called safe where everything that fits has failed. Raises NOT_FOUND for an
    unknown customer, and for a payment that is not theirs.
    """
    with deps.database.snapshot() as tx:
        get_user(tx, user_id)
    case = investigate(deps, user_id, question, choose_for_agent)
    diagnosis = diagnose(case.facts)
    answer = present(diagnosis, locale)
    with deps.database.snapshot() as tx:
        candidates = view_candidates(tx, case.found.listed, locale)
    _record(deps, who, case, diagnosis, answer)
    messages = {it: diagnosis.message.said_in(it) for it in LOCALES}
    return answer | {
        "selection": _selection(case),
        "candidates": candidates,
        "messages": messages,
    }


def _selection(case: Case) -> str:
    """How the payment was found: its id was given, one fits for certain, one has to be confirmed, or none does."""
    if case.question.payment_id is not None:
        return "given"
    if not case.found.listed:
        return "none"
    return "certain" if case.found.certain else "to_confirm"


def _record(
    deps: SupportDependencies,
    who: Looker,
    case: Case,
    diagnosis: Diagnosis,
    answer: dict[str, Any],
) -> None:
    detail = {"diagnosis_id": diagnosis.id, "verdict": diagnosis.verdict.value}
    subject = diagnosis.payment_id or case.user_id
    look = Look("diagnose_payment", case.user_id, _SEEN, subject, detail)
    with deps.database.transaction() as tx:
        tx.add(record_of(tx, case, diagnosis, answer, who.agent_id))
        keep_promise(tx, case.facts, diagnosis)
        if diagnosis.verdict is Verdict.MISMATCH and diagnosis.payment_id is not None:
            raise_mismatch(tx, deps, diagnosis.payment_id, FoundBy.DIAGNOSIS)
        note_look(tx, deps, who, look)
