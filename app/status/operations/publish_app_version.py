"""Publish what the app's newest and oldest supported versions are; money calls go by it at once."""

import sqlalchemy as sa

from app.audit.rules import Act
from app.core.errors import NOT_FOUND, VALIDATION_FAILED, field_problem
from app.status.app_versions import AppRelease, Platform
from app.status.models import PublishedVersion
from app.status.operations import StatusDependencies


def publish_app_version(
    deps: StatusDependencies, agent_id: str, release: AppRelease
) -> PublishedVersion:
    """Replace what is published for a platform.

    Raises VALIDATION_FAILED where the minimum is above the latest: nobody could pay with any version.
    """
    if release.minimum_supported > release.latest:
        raise VALIDATION_FAILED(errors=[field_problem("/minimum_supported", "invalid_value")])
    values = {
        "latest": str(release.latest),
        "minimum_supported": str(release.minimum_supported),
        "download_url": release.download_url,
        "release_notes_zh": release.release_notes_zh,
        "release_notes_en": release.release_notes_en,
        "updated_by": agent_id,
    }
    with deps.database.transaction() as tx:
        this = PublishedVersion.platform == release.platform
        if not tx.change(
            sa.update(PublishedVersion).where(this).values(**values, updated_at=tx.now)
        ):
            tx.insert_missing(
                PublishedVersion, platform=release.platform, **values, updated_at=tx.now
            )
        detail = {name: values[name] for name in ("latest", "minimum_supported")}
        act = Act(
            actor=agent_id,
            action="publish_app_version",
            subject=release.platform,
            fields=tuple(sorted(values.keys() - {"updated_by"})),
            detail=detail,
        )
        deps.audit.record(tx, act)
        return tx.get_one(PublishedVersion, release.platform)


def platform_named(name: str) -> Platform:
    """The platform of a path. Raises NOT_FOUND."""
    try:
        return Platform(name)
    except ValueError:
        raise NOT_FOUND() from None
