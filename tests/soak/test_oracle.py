"""A judge that cannot say no proves nothing: each way to lose, double or strand money is shown to it."""

from collections.abc import Callable

import pytest

from soak.journal import Answer
from soak.oracle import RULES, waiting_for_a_person
from tests.soak.forging import SILENCE, Story, refusal, told


def lose_a_payment(story: Story) -> None:
    del story.movements["pay_1"]


def make_a_payment_twice(story: Story) -> None:
    story.twin("pay_1", "pay_9", attempts=("att_9",))
    story.captured["att_9"] = 100


def answer_a_repeat_with_another_id(story: Story) -> None:
    story.calls["k1"].answers.append(told("pay_9"))


def take_the_money_twice_for_one_payment(story: Story) -> None:
    story.captured["att_2"] = 30


def take_the_money_of_a_failed_payment(story: Story) -> None:
    story.calls["k3"].answers[:] = [refusal("payment_not_retryable", 409)]
    story.change("pay_2", status="failed", attempts=("att_2",))
    story.captured.update({"att_2": 30, "att_3": -30})
    story.total += 30


def succeed_without_the_gateway(story: Story) -> None:
    story.captured["att_1"] = 0


def take_money_for_nobody(story: Story) -> None:
    story.captured["att_of_nobody"] = 7


def leave_a_payment_processing(story: Story) -> None:
    story.change("top_1", status="processing")
    story.total -= 20
    story.captured["att_4"] = 0


def leave_a_call_unanswered(story: Story) -> None:
    story.calls["k5"].answers[:] = [SILENCE, Answer(503, {"code": "busy"})]


def leave_a_hold(story: Story) -> None:
    story.held = 100


def pay_the_wrong_balance(story: Story) -> None:
    story.total -= 1


def change_an_amount(story: Story) -> None:
    story.change("wdr_1", amount=9)
    story.total += 1


def take_back_a_success(story: Story) -> None:
    story.change("wdr_1", status="failed")
    story.total += 10


def succeed_after_a_told_failure(story: Story) -> None:
    story.calls["k6"].answers[:] = [told("wdr_1", "failed")]


def act_in_spite_of_a_refusal(story: Story) -> None:
    story.twin("pay_1", "pay_7", mark="k7", amount=5, attempts=("att_7",))
    story.captured["att_7"] = 5
    story.total -= 5


def refuse_what_was_done(story: Story) -> None:
    story.calls["k1"].answers.append(refusal("not_found", 404))


def lose_a_transfer_on_its_way(story: Story) -> None:
    story.bens.clear()
    story.bens_total -= 50


def lose_a_retry(story: Story) -> None:
    story.change("pay_2", attempts=("att_3",))


def try_once_too_often(story: Story) -> None:
    story.change("pay_1", attempts=("att_1", "att_8"))


def retry_another_payment(story: Story) -> None:
    story.calls["k3"].answers[:] = [told("pay_1")]


def move_money_unasked(story: Story) -> None:
    del story.calls["k6"]


def break_an_invariant(story: Story) -> None:
    story.broken = ("our_book_equals_the_banks: att_5 is missing",)


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (lose_a_payment, ("lost", "k1")),
        (make_a_payment_twice, ("doubled", "k1")),
        (answer_a_repeat_with_another_id, ("doubled", "k1")),
        (take_the_money_twice_for_one_payment, ("doubled", "pay_2")),
        (take_the_money_of_a_failed_payment, ("doubled", "pay_2")),
        (succeed_without_the_gateway, ("lost", "pay_1")),
        (take_money_for_nobody, ("doubled", "att_of_nobody")),
        (leave_a_payment_processing, ("unresolved", "top_1")),
        (leave_a_call_unanswered, ("unresolved", "k5")),
        (leave_a_hold, ("unresolved", "usr_anna")),
        (pay_the_wrong_balance, ("mismatch", "usr_anna")),
        (change_an_amount, ("mismatch", "k6")),
        (take_back_a_success, ("lost", "k6")),
        (succeed_after_a_told_failure, ("doubled", "k6")),
        (act_in_spite_of_a_refusal, ("mismatch", "k7")),
        (refuse_what_was_done, ("mismatch", "k1")),
        (lose_a_transfer_on_its_way, ("lost", "k4")),
        (lose_a_retry, ("lost", "pay_2")),
        (try_once_too_often, ("doubled", "pay_1")),
        (retry_another_payment, ("doubled", "k3")),
        (move_money_unasked, ("mismatch", "wdr_1")),
        (break_an_invariant, ("mismatch", "invariants")),
    ],
    ids=lambda it: getattr(it, "__name__", ""),
)
def test_the_judge_sees_what_was_spoiled(
    spoil: Callable[[Story], None], found: tuple[str, str]
) -> None:
    story = Story()
    spoil(story)
    assert found in story.verdict()


def test_the_judge_finds_nothing_where_all_is_well() -> None:
    assert Story().verdict() == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_no_rule_is_idle(rule: Callable[..., object]) -> None:
    """Each rule finds something in at least one of the spoiled stories."""
    spoilers = [
        value
        for name, value in globals().items()
        if callable(value) and getattr(value, "__annotations__", {}).get("story") is Story
    ]
    finders = []
    for spoil in spoilers:
        story = Story()
        spoil(story)
        if list(rule(story.evidence())):  # type: ignore[call-overload]
            finders.append(spoil)
    assert finders


def test_an_unanswered_call_may_have_done_nothing() -> None:
    story = Story()
    story.calls["k1"].answers[:] = [SILENCE, refusal()]
    lose_a_payment(story)
    story.captured["att_1"] = 0
    story.total += 100
    assert story.verdict() == []


def test_what_waits_for_a_person_is_told_apart_and_may_hold_its_money() -> None:
    story = Story()
    story.calls["k1"].answers[:] = [told("pay_1", "processing", 202)]
    story.change("pay_1", status="manual_review")
    story.held, story.total = 100, story.total + 100
    assert waiting_for_a_person(story.evidence()) == ["pay_1"]
    assert story.verdict() == []


def test_neither_a_busy_answer_nor_one_in_progress_is_a_refusal() -> None:
    for answer in (
        Answer(503, {"code": "busy"}),
        Answer(409, {"code": "idempotency_in_progress"}),
        Answer(401, {"code": "access_token_expired"}),
        SILENCE,
    ):
        assert not answer.definite
    assert refusal().refused
    assert told("pay_1", "processing", 202).acknowledged
