"""Publish what the app's newest and oldest supported versions are; money calls go by it at once."""

from dataclasses import dataclass

import sqlalchemy as sa

from app.audit.rules import Act
from app.core.errors import NOT_FOUND, VALIDATION_FAILED, field_problem
from app.core.locale import Text
from app.status.app_versions import AppVersion, Platform
from app.status.models import PublishedVersion
from app.status.operations import StatusDependencies


@dataclass(frozen=True, slots=True)
class NewRelease:
    """What is to be published for a platform; the address and the notes stay as they are where they are None."""

    platform: Platform
    latest: AppVersion
    minimum_supported: AppVersion
    download_url: str | None = None
    release_notes: Text | None = None


def publish_app_version(
    deps: StatusDependencies, agent_id: str, release: NewRelease
) -> PublishedVersion:
    """Replace what is published for a platform; every platform of ours has something published, from the seed on.

    Raises VALIDATION_FAILED where the minimum is above the latest: nobody could pay with any version.
    """
    if release.minimum_supported > release.latest:
        raise VALIDATION_FAILED(errors=[field_problem("/minimum_supported", "invalid_value")])
    values = _values(release)
    with deps.database.transaction() as tx:
        this = PublishedVersion.platform == release.platform
        tx.change(
            sa.update(PublishedVersion)
            .where(this)
            .values(**values, updated_by=agent_id, updated_at=tx.now)
        )
        detail = {name: values[name] for name in ("latest", "minimum_supported")}
        act = Act(
            actor=agent_id,
            action="publish_app_version",
            subject=release.platform,
            fields=tuple(sorted(values)),
            detail=detail,
        )
        deps.audit.record(tx, act)
        return tx.get_one(PublishedVersion, release.platform)


def _values(release: NewRelease) -> dict[str, str]:
    values = {"latest": str(release.latest), "minimum_supported": str(release.minimum_supported)}
    if release.download_url is not None:
        values["download_url"] = release.download_url
    if release.release_notes is not None:
        values["release_notes_zh"] = release.release_notes.zh
        values["release_notes_en"] = release.release_notes.en
    return values


def platform_named(name: str) -> Platform:
    """The platform of a path. Raises NOT_FOUND."""
    try:
        return Platform(name)
    except ValueError:
        raise NOT_FOUND() from None
