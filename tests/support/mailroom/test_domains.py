"""Whose mail server may speak for whom."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.support.mailroom.domains import is_same_house

LABELS = st.from_regex("[a-z0-9]{1,8}", fullmatch=True)


@pytest.mark.parametrize(
    ("sender", "server"),
    [
        ("example.com", "example.com"),
        ("example.com", "mail.example.com"),
        ("example.com", "eu.bounces.example.com"),
        ("team.example.com", "example.com"),
        ("bank.co.uk", "mx.bank.co.uk"),
        ("qq.com", "mail.qq.com"),
        ("customer.example", "mail.customer.example"),
        ("university.edu.cn", "smtp.university.edu.cn"),
        ("deutschland.de", "mail.deutschland.de"),
    ],
)
def test_a_house_s_own_servers_speak_for_it(sender: str, server: str) -> None:
    assert is_same_house(sender, server)
    assert is_same_house(server, sender)


@pytest.mark.parametrize(
    ("sender", "server"),
    [
        ("example.com", "com"),
        ("example.com", ""),
        ("example.com", "."),
        ("example.com", "example.com."),
        ("example.com", "notexample.com"),
        ("example.com", "xample.com"),
        ("bank.co.uk", "co.uk"),
        ("bank.com.cn", "com.cn"),
        ("bank.com.cn", "cn"),
        ("bank.bj.cn", "bj.cn"),
        ("ministere.gouv.fr", "gouv.fr"),
        ("somebody.github.io", "github.io"),
        ("somebody.github.io", "else.github.io"),
        ("shop.herokuapp.com", "herokuapp.com"),
        ("bucket.s3.amazonaws.com", "s3.amazonaws.com"),
        ("bank.uk.com", "uk.com"),
    ],
)
def test_who_sells_or_lends_names_speaks_for_nobody_below(sender: str, server: str) -> None:
    assert not is_same_house(sender, server)
    assert not is_same_house(server, sender)


@given(LABELS, st.lists(LABELS, min_size=1, max_size=3))
def test_no_top_level_speaks_for_anybody(top: str, below: list[str]) -> None:
    assert not is_same_house(".".join([*below, top]), top)
