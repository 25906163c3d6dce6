"""What is no JSON, and what JSON we don't take."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import strict_json
from app.core.errors import Refusal

DOCUMENTS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text('abcd{["\\', max_size=3), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(DOCUMENTS)
def test_whatever_is_plain_json_comes_through_unchanged(document: object) -> None:
    assert strict_json.parse(json.dumps(document).encode()) == document


NO_JSON = [
    b"",
    b"{",
    b'{"a":}',
    b"+1",
    b"01",
    b'{"a":1',
    b"\xff\xfe",
    b"{'a':1}",
    b"[1,]",
    b"nope",
    b"[" * 30_000,
    b'{"a":' * 9_000,
    b'{"a":NaN',
    b'{"a":{"b":1,"b":2}',
]


@pytest.mark.parametrize("raw", NO_JSON)
def test_what_is_no_json_is_malformed(raw: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        strict_json.parse(raw)
    assert refused.value.code == "malformed_json"


@pytest.mark.parametrize(
    ("raw", "pointer", "code"),
    [
        (b'{"a":NaN}', "", "invalid_value"),
        (b"[Infinity]", "", "invalid_value"),
        (b"-Infinity", "", "invalid_value"),
        (b'{"a":1,"a":2}', "/a", "duplicate_key"),
        (b"[" * 33 + b"]" * 33, "", "too_deep"),
        (b"[" * 30_000 + b"]" * 30_000, "", "too_deep"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "", "too_deep"),
        (b'{"a":["\\ud800"]}', "/a/0", "invalid_value"),
        (b'{"a":"\\u0000"}', "/a", "invalid_value"),
        (b"1" * 5000, "", "invalid_value"),
    ],
)
def test_json_that_we_do_not_take_is_named(raw: bytes, pointer: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        strict_json.parse(raw)
    assert refused.value.code == "validation_failed"
    [problem] = refused.value.errors
    assert (problem.pointer, problem.code) == (pointer, code)


def test_thirty_two_levels_are_taken_and_brackets_in_strings_count_for_nothing() -> None:
    deepest = b"[" * 32 + b"]" * 32
    assert strict_json.parse(deepest)
    assert strict_json.parse(b'{"a":"' + b"[" * 100 + b'\\"{"}')
