"""Identifiers: what is accepted, what makes two of them the same, and what a screen may show."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.auth.identifiers import (
    Channel,
    IdentifierInvalidError,
    IdentifierKind,
    parse_identifier,
)


@pytest.mark.parametrize(
    "phone",
    [
        "+8613800000001",
        "+8613800138000",
        "+8619912345678",
        "+8612345678901",
        "+8610000000001",
        "+14155550100",
        "+15555550100",
        "+447700900123",
        "+85291234567",
    ],
)
def test_a_possible_phone_number_is_kept_as_it_is(phone: str) -> None:
    identifier = parse_identifier(phone)

    assert (identifier.kind, identifier.channel) == (IdentifierKind.PHONE, Channel.SMS)
    assert identifier.value == identifier.key == phone


@pytest.mark.parametrize(
    "text",
    [
        "",
        "13800000001",
        "008613800000001",
        "+86 13800000001",
        "+86-138-0000-0001",
        " +8613800000001",
        "+8613800000001\n",
        "+86138000",
        "+861380000000111",
        "+15550100",
        "+8600000000001",
        "+447700900123000",
        "+4407911123456",
        "+9991234567890",
        "+٨٦١٣٨٠٠٠٠٠٠٠١",
        "+８６１３８００００００01",
        "tel:+8613800000001",
        "+15005550006;ext=1",
        "+19002345678",
        "+18002345678",
    ],
)
def test_a_phone_number_is_taken_in_strict_e164_only(text: str) -> None:
    with pytest.raises(IdentifierInvalidError):
        parse_identifier(text)


@pytest.mark.parametrize(
    ("text", "value", "key"),
    [
        ("li@example.com", "li@example.com", "li@example.com"),
        ("Li.Ming+pay@EXAMPLE.com", "Li.Ming+pay@example.com", "li.ming+pay@example.com"),
        ("li@shop.test", "li@shop.test", "li@shop.test"),
        ("li@shop.invalid", "li@shop.invalid", "li@shop.invalid"),
        ("li@mail.local", "li@mail.local", "li@mail.local"),
        ("li@例子.广告", "li@xn--fsqu00a.xn--4rr70v", "li@xn--fsqu00a.xn--4rr70v"),
    ],
)
def test_an_address_is_unique_in_any_case(text: str, value: str, key: str) -> None:
    identifier = parse_identifier(text)

    assert (identifier.kind, identifier.channel) == (IdentifierKind.EMAIL, Channel.EMAIL)
    assert (identifier.value, identifier.key) == (value, key)


@pytest.mark.parametrize(
    "text",
    [
        "@",
        "li@",
        "@example.com",
        "li@example",
        "li@localhost",
        "li@example.com.",
        "li@[127.0.0.1]",
        "a@b@example.com",
        "li ming@example.com",
        '"li"@example.com',
        "Li <li@example.com>",
        "li@example.com\n",
        "li\x00@example.com",
        "li@exam\x00ple.com",
        "\ud800@example.com",
        "li@\udfff.com",
        "李@example.com",
        "l" * 65 + "@example.com",
        "li@" + "x." * 130 + "com",
    ],
)
def test_what_is_no_plain_address_is_refused(text: str) -> None:
    with pytest.raises(IdentifierInvalidError):
        parse_identifier(text)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("+8613812345678", "+86138****5678"),
        ("+14155550100", "+1415****100"),
        ("+85291234567", "+85291****67"),
        ("li.ming@example.com", "l***@example.com"),
        ("l@example.com", "***@example.com"),
    ],
)
def test_a_masked_form_hides_most(text: str, masked: str) -> None:
    assert parse_identifier(text).masked == masked


@pytest.mark.parametrize(
    "phone", ["+2348031234567", "+971501234567", "+8613812345678", "+14155550100", "+85291234567"]
)
def test_a_masked_number_shows_no_six_digits_in_a_row(phone: str) -> None:
    """Phones and the sandbox's inbox take six digits for a code."""
    assert not re.search(r"[0-9]{6}", parse_identifier(phone).masked)


@given(st.integers(13_000_000_000, 19_999_999_999))
def test_at_least_four_digits_are_hidden_of_any_number(national: int) -> None:
    try:
        identifier = parse_identifier(f"+86{national}")
    except IdentifierInvalidError:
        return

    shown = identifier.masked.replace("****", "")
    assert len(identifier.value) - len(shown) >= 4


@given(st.text(alphabet=st.characters(), max_size=300) | st.emails())
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        identifier = parse_identifier(text)
    except IdentifierInvalidError:
        return

    assert parse_identifier(identifier.value).key == identifier.key
    assert parse_identifier(identifier.key).key == identifier.key
