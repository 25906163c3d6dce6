"""When it was noticed that an agent isn't there any more."""

from alembic import op

revision = "0018_presence_left"
down_revision = "0017_call_cases"

_MOMENT = {"postgresql": "TIMESTAMP(3) WITH TIME ZONE", "sqlite": "INTEGER"}


def upgrade() -> None:
    moment = _MOMENT[op.get_bind().dialect.name]
    op.execute(f"ALTER TABLE agent_presence ADD COLUMN left_at {moment}")


def downgrade() -> None:
    op.execute("ALTER TABLE agent_presence DROP COLUMN left_at")
