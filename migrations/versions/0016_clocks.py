"""The clocks of conversations: events that are only ever added."""

import sqlalchemy as sa
from alembic import op

from app.core.tables import BIG, Moment

revision = "0016_clocks"
down_revision = "0015_action_requests"


def upgrade() -> None:
    op.create_table(
        "conversation_clock_events",
        sa.Column("conversation_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("desk", sa.Text),
        sa.Column("target_seconds", BIG),
        sa.Column("due_at", Moment),
        sa.Column("elapsed_seconds", BIG, nullable=False),
        sa.PrimaryKeyConstraint(
            "conversation_id", "kind", "number", name="pk_conversation_clock_events"
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name="fk_conversation_clock_events_conversation_id",
        ),
        sa.CheckConstraint("number > 0", name=op.f("ck_conversation_clock_events_number")),
        sa.CheckConstraint(
            "kind IN ('first_response', 'resolution', 'promise')",
            name=op.f("ck_conversation_clock_events_kind"),
        ),
        sa.CheckConstraint(
            "type IN ('start', 'pause', 'resume', 'met', 'cancelled', 'warned', 'missed', 'escalated')",
            name=op.f("ck_conversation_clock_events_type"),
        ),
        sa.CheckConstraint(
            "(type = 'start') = (target_seconds IS NOT NULL)",
            name=op.f("ck_conversation_clock_events_target"),
        ),
        sa.CheckConstraint(
            "(type = 'start') = (desk IS NOT NULL)",
            name=op.f("ck_conversation_clock_events_desk"),
        ),
        sa.CheckConstraint(
            "(type = 'start' AND kind = 'promise') = (due_at IS NOT NULL)",
            name=op.f("ck_conversation_clock_events_promised"),
        ),
        sa.CheckConstraint(
            "target_seconds >= 0", name=op.f("ck_conversation_clock_events_target_seconds")
        ),
        sa.CheckConstraint(
            "elapsed_seconds >= 0", name=op.f("ck_conversation_clock_events_elapsed_seconds")
        ),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_conversation_clock_events_kind_type_at",
        "conversation_clock_events",
        ["kind", "type", "at"],
    )
    for statement in _guards(op.get_bind().dialect.name):
        op.execute(statement)


def _guards(dialect: str) -> list[str]:
    table = "conversation_clock_events"
    if dialect == "postgresql":
        # The function that guards the ledger (0002) says the name of any table.
        return [
            f"CREATE TRIGGER {table}_immutable BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION ledger_immutable()"
        ]
    return [
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is immutable'); END"
        for verb in ("UPDATE", "DELETE")
    ]


def downgrade() -> None:
    op.drop_table("conversation_clock_events")
