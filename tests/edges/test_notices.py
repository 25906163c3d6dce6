"""What a callback shows is read as an inquiry's answer would be, or not at all."""

from typing import Any

import pytest

from app.edges.notices import read_bank_notice, read_gateway_notice
from app.edges.results import FindingState, Problem

CAPTURED = {
    "id": "chg_1",
    "reference": "att_1",
    "status": "captured",
    "decline_code": None,
    "amount": 1200,
    "currency": "CNY",
    "created_at": "2026-11-23T06:07:48.123Z",
}
NOTHING = {"amount": None, "currency": None}


@pytest.mark.parametrize(
    ("changed", "state", "problem"),
    [
        ({}, FindingState.DONE, None),
        ({"status": "refunded"}, FindingState.DONE, None),
        (
            {"status": "declined", "decline_code": "risk"},
            FindingState.FAILED,
            Problem.RISK,
        ),
        ({"status": "declined", "decline_code": []}, FindingState.FAILED, Problem.DECLINED),
        ({"status": "cancelled"} | NOTHING, FindingState.CANCELLED, None),
        ({"new field": 1}, FindingState.DONE, None),
    ],
)
def test_a_notice_of_the_gateway_finds_what_an_inquiry_would(
    changed: dict[str, Any], state: FindingState, problem: Problem | None
) -> None:
    notice = read_gateway_notice(CAPTURED | changed)
    assert notice
    assert (notice.reference, notice.finding.external_id) == ("att_1", "chg_1")
    assert (notice.finding.state, notice.finding.problem) == (state, problem)
    expected = CAPTURED | changed
    assert (notice.amount_minor, notice.currency) == (expected["amount"], expected["currency"])


@pytest.mark.parametrize("status", ["paid", "posted", "reversed"])
def test_a_notice_of_the_bank_has_its_own_words(status: str) -> None:
    notice = read_bank_notice(CAPTURED | {"status": status, "kind": "payout"})
    assert notice
    assert notice.finding.state is FindingState.DONE
    assert read_gateway_notice(CAPTURED | {"status": status}) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"reference": None},
        {"reference": ""},
        {"reference": 7},
        {"status": "fine"},
        {"status": ["captured"]},
        {"status": None},
        {"id": None},
        {"amount": None},
        {"amount": "1200"},
        {"amount": 1200.0},
        {"amount": True},
        {"currency": None},
        {"currency": 7},
    ],
)
def test_what_cannot_be_understood_is_no_notice(wrong: dict[str, Any]) -> None:
    assert read_gateway_notice(CAPTURED | wrong) is None


def test_an_empty_callback_is_no_notice() -> None:
    assert read_gateway_notice({}) is None
    assert read_bank_notice({}) is None
