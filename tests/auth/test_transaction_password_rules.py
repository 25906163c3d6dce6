"""Transaction password rules: six ASCII digits that are not everybody's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.auth.passwords import TransactionPasswordViolation, transaction_password_violations

V = TransactionPasswordViolation


@pytest.mark.parametrize("digits", ["246810", "135790", "112233", "908172", "123465", "000001"])
def test_six_digits_without_a_pattern_are_accepted(digits: str) -> None:
    found = transaction_password_violations(
        digits, confirmation=digits, identifiers=["+8613912345678", "li@example.com"]
    )

    assert found == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12345",
        "1234567",
        "24681a",
        "24681 ",
        "246810\n",
        "２４６８１０",
        "٢٤٦٨١٠",
        "-24681",
        "²46810",
    ],
)
def test_anything_but_six_ascii_digits_is_refused(text: str) -> None:
    assert transaction_password_violations(text) == (V.NOT_SIX_DIGITS,)


@pytest.mark.parametrize("digits", ["111111", "000000", "121212", "909090", "123123"])
def test_one_block_repeated_throughout_is_refused(digits: str) -> None:
    assert transaction_password_violations(digits) == (V.REPEATED_DIGITS,)


@pytest.mark.parametrize("digits", ["123456", "654321", "012345", "890123", "321098", "567890"])
def test_digits_that_count_up_or_down_are_refused(digits: str) -> None:
    assert transaction_password_violations(digits) == (V.SEQUENTIAL_DIGITS,)


@pytest.mark.parametrize("identifier", ["+8613824681077", "qq246810@example.com"])
def test_digits_of_an_identifier_are_refused(identifier: str) -> None:
    found = transaction_password_violations("246810", identifiers=[identifier])

    assert found == (V.CONTAINS_IDENTIFIER,)


def test_digits_of_a_mail_domain_say_nothing_about_the_user() -> None:
    assert transaction_password_violations("246810", identifiers=["li@246810.com"]) == ()


def test_every_broken_rule_is_named_at_once() -> None:
    assert transaction_password_violations(
        "000000", confirmation="1", identifiers=["+8613800000001"]
    ) == (V.REPEATED_DIGITS, V.CONTAINS_IDENTIFIER, V.CONFIRMATION_MISMATCH)
    assert transaction_password_violations("12345", confirmation="54321") == (
        V.NOT_SIX_DIGITS,
        V.CONFIRMATION_MISMATCH,
    )


@given(st.integers(0, 9), st.sampled_from([1, -1]))
def test_a_run_is_sequential_wherever_it_starts(start: int, step: int) -> None:
    digits = "".join(str((start + step * place) % 10) for place in range(6))

    assert transaction_password_violations(digits) == (V.SEQUENTIAL_DIGITS,)


def test_the_rules_leave_nearly_every_choice_open() -> None:
    refused = sum(bool(transaction_password_violations(f"{n:06}")) for n in range(0, 1_000_000, 17))

    assert refused * 17 < 2_000
