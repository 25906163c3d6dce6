"""Tell a user what became of a payment."""

from typing import Any

from app.core.locale import Locale
from app.support.dependencies import SupportDependencies
from app.support.diagnosis.choosing import choose_for_user
from app.support.diagnosis.investigating import Question, investigate, record_of
from app.support.diagnosis.money import Verdict
from app.support.diagnosis.report import diagnose, present
from app.support.mismatches import FoundBy, raise_mismatch
from app.support.recovery import keep_promise


def diagnose_payment(
    deps: SupportDependencies, user_id: str, question: Question, locale: Locale
) -> dict[str, Any]:
    """Find the payment, settle where its money is, then why; the answer is kept and returned.

    Nothing is moved or settled by asking. Raises NOT_FOUND for a payment id that is not the user's.
    """
    case = investigate(deps, user_id, question, choose_for_user)
    diagnosis = diagnose(case.facts)
    answer = present(diagnosis, locale)
    with deps.database.transaction() as tx:
        tx.add(record_of(tx, case, diagnosis, answer))
        keep_promise(tx, case.facts, diagnosis)
        if diagnosis.verdict is Verdict.MISMATCH and diagnosis.payment_id is not None:
            raise_mismatch(tx, deps, diagnosis.payment_id, FoundBy.DIAGNOSIS)
    return answer
