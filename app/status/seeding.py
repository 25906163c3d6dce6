"""The app versions that a new database starts with; what was published since is left alone."""

from app.audit.rules import SYSTEM
from app.core.database import Transaction
from app.status.app_versions import seed_releases
from app.status.models import PublishedVersion


def seed(tx: Transaction) -> None:
    """Publish the seed's release of each platform that has none."""
    for release in seed_releases():
        tx.insert_missing(
            PublishedVersion,
            platform=release.platform,
            latest=str(release.latest),
            minimum_supported=str(release.minimum_supported),
            download_url=release.download_url,
            release_notes_zh=release.release_notes_zh,
            release_notes_en=release.release_notes_en,
            updated_at=tx.now,
            updated_by=SYSTEM,
        )
