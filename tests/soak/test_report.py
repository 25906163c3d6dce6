"""What the summary says, and when a soak is no success."""

import json

import pytest

from soak.oracle import Finding, Wrong
from soak.report import Report, count_answers
from tests.soak.forging import SILENCE, Story


def report(*findings: Finding, server_errors: int = 0) -> Report:
    return Report(
        db="sqlite",
        seed=7,
        clients=2,
        seconds=10.0,
        ops=50,
        sends=60,
        acknowledged=45,
        refused=5,
        unanswered_sends=10,
        kills={"wallet": 2, "world": 1},
        missed_kills=0,
        faults={"garbage": 3},
        faults_met={"garbage": 1},
        unknown_faults=[],
        server_errors=server_errors,
        watched=4,
        manual_review=[],
        findings=list(findings),
    )


def test_a_soak_without_findings_is_a_success_and_says_its_figures() -> None:
    good = report()
    assert good.ok
    text = "\n".join(good.lines())
    assert "3 (wallet 2, world 1)" in text
    assert "50 (5.0 a second, 2 clients)" in text
    figures = json.loads(good.as_json())
    assert (figures["ok"], figures["kills_total"], figures["ops_per_second"]) == (True, 3, 5.0)


@pytest.mark.parametrize("wrong", Wrong)
def test_a_single_finding_of_any_kind_is_a_failure_and_is_named(wrong: Wrong) -> None:
    bad = report(Finding(wrong, "k1", "something about k1"))
    assert not bad.ok
    assert f"  {wrong.value}: k1: something about k1" in bad.lines()
    assert json.loads(bad.as_json())[wrong.value] == 1


def test_an_answer_500_is_a_failure() -> None:
    assert not report(server_errors=1).ok


def test_calls_are_counted_by_how_they_were_answered() -> None:
    story = Story()
    story.calls["k6"].answers.append(SILENCE)
    assert count_answers(list(story.calls.values())) == (6, 1, 2)
