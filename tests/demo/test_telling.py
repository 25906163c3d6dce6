"""How a step is judged and told, without any server."""

import io

import pytest

from demo.card_numbers import luhn_digit, new_card_number
from demo.client import Answer, Request
from demo.documents import MissingFieldError, find
from demo.expectations import ANYTHING, answered, exactly, including
from demo.narration import Narration, wants_colour
from demo.people import User, new_key

DOCUMENT = {"status": "failed", "failure": {"code": "risk"}, "attempts": [{"n": 1}, {"n": 2}]}


def answer(status: int = 200, document: object = DOCUMENT, **headers: str) -> Answer:
    return Answer(status, headers, document)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("status", "failed"),
        ("failure.code", "risk"),
        ("attempts.1.n", 2),
        ("attempts.-1.n", 2),
        ("attempts.*.n", [1, 2]),
    ],
)
def test_a_field_is_found_by_its_path(path: str, found: object):
    assert find(DOCUMENT, path) == found


@pytest.mark.parametrize(
    "path", ["failure.reason", "attempts.2.n", "status.code", "failure.*", "x"]
)
def test_a_field_that_is_not_there_is_named(path: str):
    with pytest.raises(MissingFieldError):
        find(DOCUMENT, path)


@pytest.mark.parametrize("document", [None, [], "text", 3])
def test_an_answer_that_is_no_object_has_no_fields(document: object):
    with pytest.raises(MissingFieldError):
        answer(document=document)["status"]


def test_everything_that_differs_is_said():
    expected = answered(
        201, {"status": "succeeded", "amount": 5, "failure.code": "risk"}, headers={"X-A": "1"}
    )
    assert expected.differences(answer()) == [
        "answered with 200, expected 201",
        "status is 'failed', expected succeeded",
        "amount is missing, expected 5",
        "header X-A is None, expected 1",
    ]


@pytest.mark.parametrize(
    ("wanted", "got", "agree"),
    [
        (1, 1, True),
        (1, True, False),
        (False, 0, False),
        (None, None, True),
        (ANYTHING, None, False),
        (ANYTHING, "", True),
        (exactly("b", "a"), ["a", "b"], True),
        (exactly("a"), ["a", "a"], False),
        (including("a"), ["b", "a"], True),
        (including("a"), "a", False),
    ],
)
def test_values_agree_as_json_means_it(wanted: object, got: object, agree: bool):
    expected = answered(200, {"value": wanted})
    assert (expected.differences(answer(document={"value": got})) == []) is agree


def test_tokens_are_cut_short_in_what_is_sent_and_answered():
    out = io.StringIO()
    narration = Narration(out)
    narration.sent(Request("POST", "/", {"verification_token": "vt_secretsecret"}))
    made = answer(
        document={"access_token": "at_secretsecret", "user": {"refresh_token": "rt_secret"}}
    )
    narration.answer(made, ["access_token", "user.refresh_token"], [])
    assert "vt_sec…" in out.getvalue()
    assert "secretsecret" not in out.getvalue()
    assert "rt_secret" not in out.getvalue()


def test_a_request_never_shows_its_bearer():
    request = Request("GET", "/v1/me", token="at_secret")
    out = io.StringIO()
    Narration(out).sent(request)
    assert "at_secret" not in out.getvalue() + repr(request)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("out", "environment", "coloured"),
    [
        (Terminal(), {}, True),
        (Terminal(), {"NO_COLOR": ""}, True),
        (Terminal(), {"NO_COLOR": "1"}, False),
        (Terminal(), {"TERM": "dumb"}, False),
        (io.StringIO(), {}, False),
    ],
)
def test_colours_are_for_terminals_that_want_them(
    out: io.StringIO, environment: dict[str, str], coloured: bool
):
    assert wants_colour(out, environment) is coloured


def test_a_card_number_is_new_each_time_and_passes_the_check():
    assert luhn_digit("7992739871") == 3  # the textbook's number
    numbers = {new_card_number() for _ in range(100)}
    assert len(numbers) == 100
    assert all(luhn_digit(number[:-1]) == int(number[-1]) for number in numbers)
    assert {len(number) for number in numbers} == {19}


def test_each_payment_has_a_key_of_its_own():
    user = User("usr_1", "+8619900000009", "a@example.com", "p", "1", "at_1")
    keys = {user.pay("mch_1", 1).headers["Idempotency-Key"] for _ in range(10)}
    assert len(keys | {new_key()}) == 11
