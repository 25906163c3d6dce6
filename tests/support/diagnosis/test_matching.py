"""Which payment a user means: amounts slip, times are rough, money comes first."""

from datetime import timedelta

import pytest

from app.support.diagnosis.matching import (
    POINTS,
    Candidate,
    CandidateKind,
    Recollection,
    fit_of,
    is_same_request,
    list_plausible,
)
from tests.factories.diagnosis import NOON


def paid(name: str, amount: int | None, minutes: float = 0, merchant: str = "mch_a") -> Candidate:
    moments = [NOON + timedelta(minutes=minutes)]
    return Candidate(CandidateKind.PAYMENT, name, amount, merchant, moments)


def seen(
    name: str, amount: int | None, minutes: float = 0, merchant: str | None = None
) -> Candidate:
    moments = [NOON + timedelta(minutes=minutes)]
    return Candidate(CandidateKind.CLIENT_EVENT, name, amount, merchant, moments)


def chosen(*candidates: Candidate, amount: int = 12_800, merchant: str | None = None) -> str | None:
    listed = list_plausible(candidates, Recollection(amount, NOON, merchant))
    return listed[0].candidate.id if listed else None


@pytest.mark.parametrize(
    ("actual", "remembered", "score"),
    [
        (12_800, 12_800, 50),
        (12_800, 12_900, 30),
        (12_800, 12_929, 0),
        (12_800, 128, 25),
        (128, 12_800, 25),
        (18_200, 12_800, 25),
        (21_800, 12_800, 25),
        (82_100, 12_800, 0),
        (12_800, 12_300, 25),
        (12_800, 1_280, 25),
        (12_800, 128_000, 25),
        (1_000, 5_000, 0),
        (1_500, 1_300, 0),
        (1_500, 1_530, 25),
        (999, 12_800, 0),
    ],
)
def test_a_slip_of_the_amount_counts_for_something(
    actual: int, remembered: int, score: int
) -> None:
    fit = fit_of(actual, remembered)
    assert (0 if fit is None else POINTS[fit]) == score


def test_the_exact_amount_is_found_a_day_away() -> None:
    assert chosen(paid("pay_1", 12_800, 23 * 60)) == "pay_1"
    assert chosen(paid("pay_1", 12_800, 24 * 60 + 1)) is None


def test_the_nearer_of_two_alike_is_meant() -> None:
    assert chosen(paid("far", 12_800, 20), paid("near", 12_800, -5)) == "near"


def test_a_near_time_does_not_make_another_amount_the_one_meant() -> None:
    assert chosen(paid("pay_1", 999)) is None


def test_a_better_amount_beats_a_nearer_time() -> None:
    assert chosen(paid("slip", 18_200, 1), paid("exact", 12_800, 12)) == "exact"


def test_the_merchant_decides_between_two_alike() -> None:
    two = paid("a", 12_800, 3, "mch_a"), paid("b", 12_800, 4, "mch_b")

    assert chosen(*two) == "a"
    assert chosen(*two, merchant="mch_b") == "b"


def test_a_wide_window_is_looked_at_only_where_the_narrow_one_is_empty() -> None:
    assert chosen(paid("slip", 128, 10), paid("exact", 12_800, 100)) == "slip"


def test_a_retry_is_found_by_its_own_time() -> None:
    moments = [NOON - timedelta(hours=30), NOON]
    retried = Candidate(CandidateKind.PAYMENT, "pay_1", 12_800, "mch_a", moments)

    assert chosen(retried, paid("other", 12_800, 8)) == "pay_1"


def test_what_we_recorded_counts_before_what_a_phone_tells() -> None:
    assert chosen(seen("cev_1", 12_800), paid("pay_1", 12_800)) == "pay_1"


def test_a_sight_without_an_amount_is_taken_where_nothing_else_fits() -> None:
    assert chosen(seen("cev_1", None, 1)) == "cev_1"
    assert chosen(seen("cev_1", None, 1), paid("pay_1", 12_800, 5)) == "pay_1"


@pytest.mark.parametrize(
    ("sight", "same"),
    [
        (seen("cev", 12_800, 2), True),
        (seen("cev", 12_800, 2, "mch_a"), True),
        (seen("cev", 12_800, 2, "mch_b"), False),
        (seen("cev", 12_800, 2.1), False),
        (seen("cev", 12_801, 0), False),
    ],
)
def test_a_phone_that_gave_up_and_a_payment_at_the_same_time_are_one(
    sight: Candidate, same: bool
) -> None:
    assert is_same_request(sight, paid("pay_1", 12_800)) is same
