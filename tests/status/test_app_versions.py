"""Versions of the app: written, compared, and when an update is due."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.status.app_versions import (
    AppVersionInvalidError,
    Platform,
    UpdateAdvice,
    advise_update,
    parse_app_version,
    parse_client_version,
    seed_releases,
)


@pytest.mark.parametrize(
    ("older", "newer"),
    [("2.3.0", "2.3.1"), ("2.9.0", "2.10.0"), ("1.99", "2.0"), ("2.0", "2.0.0.1")],
)
def test_versions_compare_by_their_numbers(older: str, newer: str) -> None:
    assert parse_app_version(older) < parse_app_version(newer)


def test_a_missing_number_is_zero_and_the_spelling_is_kept() -> None:
    assert parse_app_version("2.3") == parse_app_version("2.3.0")
    assert str(parse_app_version("2.3")) == "2.3"


@given(
    st.lists(st.integers(0, 99_999), min_size=3, max_size=3),
    st.lists(st.integers(0, 99_999), min_size=3, max_size=3),
)
def test_versions_order_like_their_numbers(one: list[int], other: list[int]) -> None:
    versions = [parse_app_version(".".join(map(str, numbers))) for numbers in (one, other)]

    assert (versions[0] < versions[1]) is (one < other)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2.",
        ".2",
        "2.3.0.0.0",
        "v2.3.0",
        "2.3.0-",
        "2.3.0 beta",
        "2.3.0\n",
        "٢.٣",
        "2.-3",
        "2.123456",
    ],
)
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(AppVersionInvalidError):
        parse_app_version(text)


def test_the_header_names_platform_and_version() -> None:
    client = parse_client_version("ios/2.3.0")

    assert (client.platform, str(client.version)) == (Platform.IOS, "2.3.0")
    assert str(client) == "ios/2.3.0"


@pytest.mark.parametrize("header", ["", "ios", "ios/", "/2.3.0", "windows/2.3.0", "ios/2.3.0/x"])
def test_a_header_of_another_form_is_refused(header: str) -> None:
    with pytest.raises(AppVersionInvalidError):
        parse_client_version(header)


@pytest.mark.parametrize(
    ("version", "advice"),
    [
        ("1.9.9", UpdateAdvice.REQUIRED),
        ("2.0.0", UpdateAdvice.RECOMMENDED),
        ("2.3.0", UpdateAdvice.RECOMMENDED),
        ("2.4.1", UpdateAdvice.NONE),
        ("3.0", UpdateAdvice.NONE),
    ],
)
def test_an_update_is_required_below_the_minimum_and_recommended_below_the_latest(
    version: str, advice: UpdateAdvice
) -> None:
    for release in seed_releases():
        assert advise_update(parse_app_version(version), release) is advice


def test_every_platform_has_a_release_in_both_languages() -> None:
    releases = seed_releases()

    assert {release.platform for release in releases} == set(Platform)
    for release in releases:
        assert release.minimum_supported <= release.latest
        assert release.download_url.startswith("https://")
        assert release.release_notes_zh
        assert release.release_notes_en.isascii()


def test_one_number_and_a_build_s_name_are_versions_too() -> None:
    assert parse_app_version("2") == parse_app_version("2.0.0")
    assert (
        parse_app_version("2.3.0-beta") == parse_app_version("2.3.0+77") == parse_app_version("2.3")
    )
    assert str(parse_app_version("2.3.0-beta")) == "2.3.0-beta"
