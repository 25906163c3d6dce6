"""What is answered, and what is only asked about: a near miss, and what failed beside something that took the money."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from app.support.diagnosis.choosing import Choice, choose_for_agent, choose_for_user
from app.support.diagnosis.gather import Chooser
from app.support.diagnosis.matching import Candidate, CandidateKind, Listed, Recollection
from tests.factories.diagnosis import NOON

CHOOSERS: list[Chooser] = [choose_for_user, choose_for_agent]


def paid(name: str, amount: int, hours: float = 0) -> Candidate:
    """A payment; those whose name begins with `failed` took nothing."""
    moments = [NOON + timedelta(hours=hours)]
    return Candidate(CandidateKind.PAYMENT, name, amount, "mch_a", moments)


def nothing_taken(listed: Sequence[Listed]) -> bool:
    return all(it.candidate.id.startswith("failed") for it in listed)


def asked(*candidates: Candidate, amount: int = 12_800) -> Choice:
    return choose_for_user(candidates, Recollection(amount, NOON), nothing_taken)


def first(choice: Choice) -> str | None:
    return choice.listed[0].candidate.id if choice.listed else None


@pytest.mark.parametrize("choose", CHOOSERS)
@pytest.mark.parametrize("amount", [12_300, 1_280, 128_000, 22_800])
def test_a_near_miss_alone_is_asked_about(choose: Chooser, amount: int) -> None:
    choice = choose([paid("taken", 12_800)], Recollection(amount, NOON), nothing_taken)

    assert first(choice) == "taken"
    assert not choice.certain


@pytest.mark.parametrize("choose", CHOOSERS)
@pytest.mark.parametrize("amount", [18_200, 128, 12_300])
def test_a_near_miss_nearly_a_day_away_is_asked_about(choose: Chooser, amount: int) -> None:
    found = [paid("taken", 12_800, hours=20)]
    choice = choose(found, Recollection(amount, NOON), nothing_taken)

    assert (first(choice), choice.certain) == ("taken", False)


@pytest.mark.parametrize("choose", CHOOSERS)
@pytest.mark.parametrize(("amount", "hours"), [(700, 20), (12_800, 25), (82_100, 20)])
def test_another_amount_or_another_day_is_not_a_near_miss(
    choose: Chooser, amount: int, hours: float
) -> None:
    choice = choose([paid("other", amount, hours)], Recollection(12_800, NOON), nothing_taken)

    assert choice == Choice([], certain=True, rivals_failed=True)


def test_a_time_alone_makes_nothing_plausible_to_a_user() -> None:
    assert asked(paid("other", 700)) == Choice([], certain=True, rivals_failed=True)


def test_the_exact_amount_wins_over_a_near_miss() -> None:
    choice = asked(paid("taken", 12_300), paid("failed", 12_800, hours=2))

    assert (first(choice), choice.certain, choice.rivals_failed) == ("failed", True, True)


def test_an_exact_amount_half_a_day_off_is_doubted_beside_a_near_miss_at_the_very_time() -> None:
    choice = asked(paid("taken", 12_300), paid("failed", 12_800, hours=20))

    assert (first(choice), choice.certain, choice.rivals_failed) == ("failed", False, False)


def test_a_slip_that_failed_is_doubted_beside_the_exact_amount_outside_its_window() -> None:
    choice = asked(paid("failed", 128, hours=0.1), paid("taken", 12_800, hours=2))

    assert (first(choice), choice.certain, choice.rivals_failed) == ("failed", False, False)


def test_a_slip_that_failed_is_doubted_beside_another_near_miss_that_took_the_money() -> None:
    choice = asked(paid("failed", 18_200), paid("taken", 12_300, hours=10))

    assert (choice.certain, choice.rivals_failed) == (False, False)


def test_what_went_through_is_told_whatever_else_is_near() -> None:
    choice = asked(paid("taken", 18_200), paid("taken_too", 12_300, hours=1))

    assert (first(choice), choice.certain) == ("taken", True)


def test_near_misses_that_all_failed_leave_paying_again_safe_but_are_asked_about() -> None:
    choice = asked(paid("failed_1", 12_300), paid("failed_2", 128_000, hours=3))

    assert (first(choice), choice.certain, choice.rivals_failed) == ("failed_1", False, True)
