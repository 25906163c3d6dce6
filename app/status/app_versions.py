"""Versions of the app: how they are written, compared, and when an update is due.

Pure, with the seed in `data/app_versions.toml`; what agents publish later is in a table, not here.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.resources import files
from typing import Any, Final

_VERSION: Final = re.compile(r"([0-9]{1,5}(?:\.[0-9]{1,5}){0,3})(?:[-+][0-9A-Za-z.+-]{1,20})?")
_PARTS: Final = 4


class Platform(StrEnum):
    """What the app runs on."""

    IOS = "ios"
    ANDROID = "android"


class UpdateAdvice(StrEnum):
    """Whether to update: below the latest it is recommended, below the minimum required."""

    NONE = "none"
    RECOMMENDED = "recommended"
    REQUIRED = "required"


class AppVersionInvalidError(ValueError):
    """The text is no version, or names no platform of ours."""


@dataclass(frozen=True, slots=True, order=True)
class AppVersion:
    """A version as it was written, compared by its numbers: `2.3` equals `2.3.0`, `2.10` is newer."""

    numbers: tuple[int, ...]
    text: str = field(compare=False)

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class ClientVersion:
    """Platform and version of the app that sent a request."""

    platform: Platform
    version: AppVersion

    def __str__(self) -> str:
        return f"{self.platform}/{self.version}"


@dataclass(frozen=True, slots=True)
class AppRelease:
    """What is published for a platform; notes are in both languages."""

    platform: Platform
    latest: AppVersion
    minimum_supported: AppVersion
    download_url: str
    release_notes_zh: str
    release_notes_en: str


def parse_app_version(text: str) -> AppVersion:
    """The version that `text` spells: up to four numbers with dots, such as `2.3.0`; a build's name after `-` or `+`
    counts for nothing.

    Raises `AppVersionInvalidError` for anything else.
    """
    spelt = _VERSION.fullmatch(text)
    if spelt is None:
        raise AppVersionInvalidError("not a version")
    numbers = [int(part) for part in spelt[1].split(".")]
    return AppVersion(tuple(numbers + [0] * (_PARTS - len(numbers))), text)


def parse_client_version(header: str) -> ClientVersion:
    """What `X-App-Version` says, such as `ios/2.3.0`. Raises `AppVersionInvalidError`."""
    platform, _, version = header.partition("/")
    try:
        return ClientVersion(Platform(platform), parse_app_version(version))
    except ValueError as error:
        raise AppVersionInvalidError("not a platform and version") from error


def advise_update(version: AppVersion, release: AppRelease) -> UpdateAdvice:
    """What the user of `version` should do now that `release` is out (contract, section 6)."""
    if version < release.minimum_supported:
        return UpdateAdvice.REQUIRED
    return UpdateAdvice.RECOMMENDED if version < release.latest else UpdateAdvice.NONE


def seed_releases() -> tuple[AppRelease, ...]:
    """The releases that a new database starts with, one per platform."""
    text = files(__package__).joinpath("data/app_versions.toml").read_text(encoding="utf-8")
    entries: Mapping[str, Mapping[str, Any]] = tomllib.loads(text)
    return tuple(_release(Platform(name), entry) for name, entry in entries.items())


def _release(platform: Platform, entry: Mapping[str, Any]) -> AppRelease:
    return AppRelease(
        platform,
        parse_app_version(entry["latest"]),
        parse_app_version(entry["minimum_supported"]),
        entry["download_url"],
        entry["release_notes"]["zh"],
        entry["release_notes"]["en"],
    )
