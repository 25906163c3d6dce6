"""What the page of a diagnosis adds to the answer."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.console.diagnosing import (
    AROUND,
    Remembered,
    draw,
    may_inquire,
    next_actions,
    span_of,
)
from app.status.incident_queries import IncidentRecord
from app.status.models import Incident
from app.support.diagnosis.candidate_views import CandidateView

START = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
NOBODY = Remembered(None, "as remembered")


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def evidence(kind: str, minutes: float) -> dict[str, Any]:
    return {"type": kind, "id": f"{kind}_1", "at": at(minutes), "text": kind}


def answer(verdict: str = "failed_clean", **changes: Any) -> dict[str, Any]:
    usual = {
        "payment_id": "pay_1",
        "verdict": verdict,
        "primary_cause": None,
        "other_causes": [],
        "evidence": [evidence("payment", 0), evidence("attempt", 1), evidence("search", 900)],
        "candidates": [],
    }
    return usual | changes


def candidate(payment_id: str, minutes: float) -> CandidateView:
    return CandidateView(payment_id, None, 60, [], 100, "CNY", "failed", None, at(minutes))


@pytest.mark.parametrize(
    ("verdict", "asks", "actions"),
    [
        ("succeeded", False, ["refund"]),
        ("failed_clean", False, []),
        ("held", True, ["release_hold"]),
        ("unknown", True, []),
        ("duplicate", False, ["refund"]),
        ("mismatch", True, []),
        ("refunded", False, []),
        ("no_record", False, []),
    ],
)
def test_each_verdict_has_its_next_step(verdict: str, asks: bool, actions: list[str]) -> None:
    assert (may_inquire(answer(verdict)), next_actions(answer(verdict))) == (asks, actions)


def test_what_bars_the_account_comes_before_what_the_money_suggests() -> None:
    locked = {"code": "transaction_password_locked", "text": "locked"}
    frozen = {"code": "account_frozen", "text": "frozen"}
    found = next_actions(answer("held", primary_cause=frozen, other_causes=[locked]))
    assert found == ["unfreeze", "unlock_transaction_password", "release_hold"]


def test_nobody_is_asked_about_a_payment_that_is_not_there() -> None:
    assert not may_inquire(answer("unknown", payment_id=None))
    assert not may_inquire(answer("no_record", payment_id=None), refund_waits=True)


def test_a_refund_that_waits_is_sent_again_by_asking() -> None:
    assert may_inquire(answer("succeeded"), refund_waits=True)


def test_the_picture_holds_what_is_dated_and_what_is_remembered() -> None:
    told = answer(candidates=[candidate("pay_1", 0), candidate("pay_2", 8)])
    axis = draw(told, Remembered(at(5), "as remembered"), [], "en", at(1000))
    assert axis is not None
    kinds = [mark.moment.kind for mark in axis.marks]
    assert kinds == ["payment", "attempt", "remembered", "other"]
    assert span_of(told, NOBODY) == (at(0) - AROUND, at(8) + AROUND)


def test_an_incident_lies_behind_what_happened_in_the_language_of_the_page() -> None:
    incident = Incident(
        title_zh="支付异常", title_en="Payments fail", started_at=at(-60), resolved_at=None
    )
    axis = draw(answer(), NOBODY, [IncidentRecord(incident, [], [])], "zh-CN", at(30))
    assert axis is not None
    assert [band.stretch.label for band in axis.bands] == ["支付异常"]


def test_nothing_dated_is_no_picture() -> None:
    told = answer("no_record", evidence=[evidence("search", 0)])
    assert (span_of(told, NOBODY), draw(told, NOBODY, [], "en", at(1))) == (None, None)
