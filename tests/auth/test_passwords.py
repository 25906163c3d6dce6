"""Login password rules: every violation at once, common ones in any disguise."""

import unicodedata
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.auth.passwords import (
    COMPOSITION,
    PASSWORD_POLICIES,
    PasswordViolation,
    normalise_password,
    password_score,
    password_violations,
)
from app.auth.passwords.common import common_passwords, is_common

V = PasswordViolation
PHONE = "+8613800000001"
EMAIL = "Li.Ming+wallet@example.com"


@pytest.mark.parametrize(
    "password",
    [
        "Sandbox-pass-1",
        "Correct-horse-9",
        "N3w-Secret!pass",
        "Blue-harbour-42",
        "Str0ng!Pass",
        "Fresh-pass-22",
        "长城 7 号在山上站着",
        "пароль-мой-7",
        "x1 yzqvwk",
    ],
)
def test_a_good_password_breaks_no_rule(password: str) -> None:
    assert password_violations(password, confirmation=password, identifiers=[PHONE, EMAIL]) == ()


def test_every_broken_rule_is_named_at_once_in_the_order_of_the_codes() -> None:
    found = password_violations(
        "000001", confirmation="x", identifiers=[PHONE], same_as_current=True
    )

    assert found == (
        V.TOO_SHORT,
        V.MISSING_LETTER,
        V.MISSING_SPECIAL,
        V.TOO_COMMON,
        V.CONTAINS_IDENTIFIER,
        V.SAME_AS_CURRENT,
        V.CONFIRMATION_MISMATCH,
    )


@pytest.mark.parametrize(
    ("password", "violation"),
    [
        ("q7-vkzp", V.TOO_SHORT),
        ("q7-vkzpw" * 16 + "x", V.TOO_LONG),
        ("48-1593-7", V.MISSING_LETTER),
        ("qvkzp-wlm", V.MISSING_DIGIT),
        ("qvkzp7wlm", V.MISSING_SPECIAL),
        ("Password123!", V.TOO_COMMON),
        ("My-uWallet-7", V.CONTAINS_SERVICE_NAME),
        ("我的钱包-abc-7", V.CONTAINS_SERVICE_NAME),
        ("ＷＡＬＬＥＴ-abc-7", V.CONTAINS_SERVICE_NAME),
    ],
)
def test_one_broken_rule_is_named_alone(password: str, violation: PasswordViolation) -> None:
    assert password_violations(password) == (violation,)


@pytest.mark.parametrize(
    ("length", "is_accepted"), [(7, False), (8, True), (128, True), (129, False)]
)
def test_the_length_is_8_to_128_code_points(length: int, is_accepted: bool) -> None:
    assert (password_violations(("q7-𝒳vkzp" * 17)[:length]) == ()) is is_accepted


def test_a_digit_of_another_script_is_special_and_no_digit() -> None:
    assert password_violations("qvkzp-wl٧") == (V.MISSING_DIGIT,)


def test_the_two_spellings_of_an_accent_are_one_password() -> None:
    composed, decomposed = "crème-brûlée-7", unicodedata.normalize("NFD", "crème-brûlée-7")

    assert normalise_password(decomposed) == composed
    assert password_violations(decomposed, confirmation=composed) == ()


def test_a_confirmation_of_another_case_does_not_match() -> None:
    assert password_violations("q7-vkzpwlm", confirmation="Q7-vkzpwlm") == (
        V.CONFIRMATION_MISMATCH,
    )


def test_a_blank_at_the_end_belongs_to_the_password() -> None:
    assert normalise_password(" q7-vkzp ") == " q7-vkzp "
    assert password_violations("q7-vkzp ") == ()


class TestCommonPasswords:
    def test_far_more_than_3000_are_refused_whatever_their_case(self) -> None:
        listed = common_passwords().every

        assert len(listed) > 50_000
        sample = sorted(listed)[::7]
        for password in sample:
            for typed in (password, password.upper(), password.title()):
                assert V.TOO_COMMON in password_violations(typed), typed

    @pytest.mark.parametrize(
        "password",
        [
            "P@ssw0rd1",
            "$ecret99",
            "2024-dragon!",
            "!!Qwerty12345",
            "Aa123456!",
            "ｐａｓｓｗｏｒｄ1!",
        ],
    )
    def test_a_common_word_with_ornaments_is_common(self, password: str) -> None:
        assert is_common(password)

    @pytest.mark.parametrize(
        "password", ["dragon-48-1593-7762", "river-of-dragons-7", "Harbour-42"]
    )
    def test_a_common_word_in_a_longer_password_is_not(self, password: str) -> None:
        assert not is_common(password)

    @pytest.mark.parametrize(
        "password", ["passwordpassword", "aaaaaaaaaaaaaaaa", "-" * 20, "123123123"]
    )
    def test_a_common_word_repeated_is_common(self, password: str) -> None:
        assert is_common(password)

    @pytest.mark.timeout(5)
    @pytest.mark.parametrize(
        "run", ["1", "-", " ", "1 ", "ab", "a", "\u0301\u0316", "\u0344", "\ufdfa"]
    )
    def test_a_body_full_of_one_thing_is_judged_at_once(self, run: str) -> None:
        text = run * (60_000 // len(run)) + "x"

        assert V.TOO_LONG in password_violations(text, identifiers=[PHONE, EMAIL])
        assert password_score(text) in range(5)

    def test_a_password_of_128_letters_counts_as_long_however_its_accents_are_typed(self) -> None:
        apart = "\u03b1\u0313\u0300\u0345" * 125 + "a1!"

        assert len(apart) == 503
        assert password_violations(apart) == ()
        assert password_violations(apart + "b") == (V.TOO_LONG,)

    def test_the_list_says_where_it_comes_from(self) -> None:
        notice = files("app.auth.passwords").joinpath("data/README.md").read_text()

        assert "BSD-3-Clause" in notice
        assert "MIT" in notice


class TestIdentifiers:
    @pytest.mark.parametrize(
        "password",
        [
            "+8613800000001 Ab",
            "Ab-13800000001",
            "Ab-000001!",
            "Ab-138-0000-0001",
            "Ab 138 0000 0001",
            "LI.MING-is-7-me",
        ],
    )
    def test_an_identifier_inside_is_found(self, password: str) -> None:
        assert password_violations(password, identifiers=[PHONE, EMAIL]) == (V.CONTAINS_IDENTIFIER,)

    def test_five_digits_of_a_phone_number_pass(self) -> None:
        assert password_violations("Ab-00001-xyq", identifiers=[PHONE]) == ()

    def test_a_local_part_of_three_letters_passes(self) -> None:
        assert password_violations("qli7-vkzpw", identifiers=["qli@example.com"]) == ()

    @given(st.sampled_from([PHONE, PHONE[1:], PHONE[3:], PHONE[-6:]]), st.text(max_size=8))
    def test_a_phone_number_is_found_whatever_stands_around_it(
        self, number: str, around: str
    ) -> None:
        found = password_violations(f"{around}{number}{around}", identifiers=[PHONE])

        assert V.CONTAINS_IDENTIFIER in found


class TestPolicies:
    def test_composition_is_one_of_three(self) -> None:
        assert list(PASSWORD_POLICIES) == ["composition", "hybrid", "nist"]
        assert PASSWORD_POLICIES["composition"] is COMPOSITION

    @pytest.mark.parametrize(
        ("policy", "password", "expected"),
        [
            ("composition", "qvkzpwlmqvkzpwlm", (V.MISSING_DIGIT, V.MISSING_SPECIAL)),
            ("hybrid", "qvkzpwlmqvkzpw", (V.MISSING_DIGIT, V.MISSING_SPECIAL)),
            ("hybrid", "qvkzpwlmqvkzpwl", ()),
            ("hybrid", "q7-vkzpw", ()),
            ("nist", "q7-vkzpwlmvkzp", (V.TOO_SHORT,)),
            ("nist", "qvkzpwlmqvkzpwl", ()),
            ("nist", "myuwalletqvkzpwl", (V.CONTAINS_SERVICE_NAME,)),
            ("nist", "passwordpassword", (V.TOO_COMMON,)),
        ],
    )
    def test_a_policy_is_a_row_of_the_table(
        self, policy: str, password: str, expected: tuple[PasswordViolation, ...]
    ) -> None:
        assert password_violations(password, policy=PASSWORD_POLICIES[policy]) == expected


class TestScore:
    def test_a_score_runs_from_0_to_4(self) -> None:
        assert password_score("password") == 0
        assert password_score("Blue-harbour-42") == 4

    def test_knowing_the_user_makes_a_password_easier_to_guess(self) -> None:
        address = "qvkzpwlm@example.com"

        assert password_score("qvkzpwlm", [address]) < password_score("qvkzpwlm")

    @pytest.mark.timeout(5)
    def test_a_very_long_password_is_scored_at_once(self) -> None:
        assert password_score("aB3$" * 15_000) in range(5)


@given(st.text(alphabet=st.characters(), max_size=200), st.text(max_size=20))
def test_any_text_gets_an_answer_without_repeats(password: str, confirmation: str) -> None:
    found = password_violations(password, confirmation=confirmation, identifiers=[PHONE, EMAIL])

    assert list(found) == [violation for violation in V if violation in found]
    assert (V.CONFIRMATION_MISMATCH in found) is (
        normalise_password(password) != normalise_password(confirmation)
    )


@given(st.text(alphabet=st.characters(categories=["L", "N", "Cs"]), max_size=120))
def test_any_text_gets_a_score(password: str) -> None:
    assert password_score(password) in range(5)
