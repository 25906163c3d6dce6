"""Signed names of cases."""

from app.core.ids import new_id
from app.core.security import KeyRing
from app.support.mailroom.tokens import CaseTokens

TOKENS = CaseTokens(KeyRing("a-secret-for-tests-of-more-than-32-characters"))


def test_a_token_names_its_conversation_in_any_case_of_letters():
    conversation_id = new_id("cnv")
    address = TOKENS.address_of(conversation_id)

    assert list(TOKENS.conversations_in(address)) == [conversation_id]
    assert list(TOKENS.conversations_in(f"Re: [{TOKENS.token_of(conversation_id).upper()}]")) == [
        conversation_id
    ]


def test_an_address_fits_a_mailbox_s_name_and_holds_no_digit():
    local = TOKENS.address_of(new_id("cnv")).partition("@")[0]

    assert len(local) <= 64
    assert not any(char.isdigit() for char in local)


def test_a_token_that_was_changed_or_signed_elsewhere_names_nothing():
    token = TOKENS.token_of(new_id("cnv"))
    prefix, case, mac = token.split(".")
    other = CaseTokens(KeyRing("another-secret-of-more-than-32-characters"))

    for wrong in (
        f"{prefix}.{case}.{'a' * len(mac)}",
        f"{prefix}.{case[::-1]}.{mac}",
        f"{prefix}.{'z' * len(case)}.{mac}",
        f"{token}a",
        token[:-1],
    ):
        assert list(TOKENS.conversations_in(wrong)) == []
    assert list(other.conversations_in(token)) == []
