"""A mail in quarantine may be discarded."""

import sqlalchemy as sa
from alembic import op

from app.core.tables import Moment

revision = "0021_discarded_mails"
down_revision = "0020_attendance"


def upgrade() -> None:
    op.add_column("support_mails", sa.Column("discarded_at", Moment))


def downgrade() -> None:
    op.drop_column("support_mails", "discarded_at")
