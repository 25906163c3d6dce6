"""Tell a user what became of a payment."""

from typing import Any

from app.core.database import Transaction
from app.core.locale import Locale
from app.support.diagnosis.gather import all_failed, list_for_user
from app.support.diagnosis.investigating import Found, Question, investigate, record_of
from app.support.diagnosis.matching import Recollection, rivals_of_first
from app.support.diagnosis.report import diagnose, present
from app.support.operations import SupportDependencies
from app.support.recovery import keep_promise


def diagnose_payment(
    deps: SupportDependencies, user_id: str, question: Question, locale: Locale
) -> dict[str, Any]:
    """Find the payment, settle where its money is, then why; the answer is kept and returned.

    Nothing is moved or settled by asking. Raises NOT_FOUND for a payment id that is not the user's.
    """
    case = investigate(deps, user_id, question, _find_for_user)
    diagnosis = diagnose(case.facts)
    answer = present(diagnosis, locale)
    with deps.database.transaction() as tx:
        tx.add(record_of(tx, case, diagnosis, answer))
        keep_promise(tx, case.facts, diagnosis)
    return answer


def _find_for_user(tx: Transaction, user_id: str, remembered: Recollection) -> Found:
    """A user is told of what fits best, since nobody is there to choose.

    But not that it failed and may be paid again where something that fits nearly as well did not fail: then the answer
    asks which one is meant.
    """
    subject, listed = list_for_user(tx, user_id, remembered)
    rivals_failed = all_failed(tx, rivals_of_first(listed))
    nothing_taken = all_failed(tx, listed[:1])
    certain = rivals_failed or not nothing_taken
    return Found(subject, listed, certain, rivals_failed)
