"""The diagnosis: facts in, the whole answer out. Pure, the same for a user's call and an agent's."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.core.locale import Locale
from app.core.locale import Text as Said
from app.support.diagnosis import evidence
from app.support.diagnosis.advice import Advice, advise, is_retry_safe
from app.support.diagnosis.causes import Cause, causes_of
from app.support.diagnosis.checks import Check, check_all
from app.support.diagnosis.evidence import Evidence
from app.support.diagnosis.facts import Facts
from app.support.diagnosis.messages import message_of
from app.support.diagnosis.money import Verdict


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was found, in both languages."""

    id: str
    payment_id: str | None
    verdict: Verdict
    retry_safe: bool
    causes: Sequence[Cause]
    evidence: Sequence[Evidence]
    message: Said
    advice: Sequence[Advice]
    checked: Mapping[str, Check]

    @property
    def primary_cause(self) -> Cause | None:
        """The first cause; None where all went well."""
        return self.causes[0] if self.causes else None


def diagnose(facts: Facts) -> Diagnosis:
    """Where the money is, then why, then what to say and do."""
    causes = causes_of(facts)
    primary = causes[0] if causes else None
    cited = [record for cause in causes for record in cause.evidence]
    return Diagnosis(
        id=facts.diagnosis_id,
        payment_id=facts.payment.id if facts.payment else None,
        verdict=facts.verdict,
        retry_safe=is_retry_safe(facts),
        causes=causes,
        evidence=_once([*evidence.of_money(facts), *cited]),
        message=message_of(facts, primary),
        advice=advise(facts, primary),
        checked=check_all(facts),
    )


def present(diagnosis: Diagnosis, locale: Locale) -> dict[str, Any]:
    """The diagnosis in the shape of the contract, section 7, in one language; times are still datetimes."""
    causes = [{"code": it.code, "text": it.text.said_in(locale)} for it in diagnosis.causes]
    return {
        "id": diagnosis.id,
        "payment_id": diagnosis.payment_id,
        "verdict": diagnosis.verdict.value,
        "retry_safe": diagnosis.retry_safe,
        "primary_cause": causes[0] if causes else None,
        "other_causes": causes[1:],
        "evidence": [
            {"type": it.type, "id": it.id, "at": it.at, "text": it.text.said_in(locale)}
            for it in diagnosis.evidence
        ],
        "message": diagnosis.message.said_in(locale),
        "advice": [
            {"code": it.code, "message": it.message.said_in(locale)} for it in diagnosis.advice
        ],
        "checked": {
            name: {"ok": check.ok, "text": check.text.said_in(locale)}
            for name, check in diagnosis.checked.items()
        },
    }


def _once(records: Iterable[Evidence]) -> list[Evidence]:
    """Each record once, in time's order."""
    first = {(record.type, record.id): record for record in reversed(list(records))}
    return sorted(first.values(), key=lambda record: record.at)
