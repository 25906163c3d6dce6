"""The corpus of cases on the real machine: the first cause is right in at least 95 % of them (issue, "Done when")."""

from collections.abc import Callable

import pytest

from app.factory import Wallet
from app.support.diagnosis.money import Verdict
from tests.conftest import Clock, Outside
from tests.support.diagnosis.machine import Machine, read_corpus

AT_LEAST = 0.95
SAFE = ("failed_clean", "no_record")
"""Verdicts after which paying again can take nothing twice."""


@pytest.mark.timeout(600)  # one machine lives through all of them, since waiting costs nothing
@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_the_first_cause_is_right_in_nearly_all_cases(
    wallet: Wallet,
    outside: Outside,
    clock: Clock,
    record_property: Callable[[str, object], None],
) -> None:
    machine, corpus = Machine(wallet, outside, clock), read_corpus()
    found = {case.name: machine.play(case) for case in corpus}
    wrong = [case.name for case in corpus if found[case.name].cause != case.wanted.cause]
    right = len(corpus) - len(wrong)
    share = f"{100 * right / len(corpus):.1f} %"
    record_property("diagnosis", f"first cause right in {right} of {len(corpus)} cases ({share})")

    assert len(corpus) >= 30
    assert right >= AT_LEAST * len(corpus), wrong
    # Where the money is, and whether to pay again, must be right every time.
    money = {name: (it.verdict, it.retry_safe) for name, it in found.items()}
    assert money == {it.name: (it.wanted.verdict, it.wanted.retry_safe) for it in corpus}


def test_every_verdict_occurs_and_none_but_the_clean_ones_is_safe() -> None:
    corpus = read_corpus()

    assert {case.wanted.verdict for case in corpus} == {it.value for it in Verdict}
    assert all(it.wanted.verdict in SAFE for it in corpus if it.wanted.retry_safe)
    assert len({case.name for case in corpus}) == len(corpus)
