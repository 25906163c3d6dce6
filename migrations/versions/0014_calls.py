"""The hotline: call codes, who guesses at them, and calls."""

import sqlalchemy as sa
from alembic import op

from app.core.tables import Moment

revision = "0014_calls"
down_revision = "0013_mailroom"


def upgrade() -> None:
    _codes()
    _calls()


def _codes() -> None:
    op.create_table(
        "call_codes",
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("session_id", sa.Text, nullable=False),
        sa.Column("counter", sa.Integer, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_call_codes"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_call_codes_user_id"),
        sa.ForeignKeyConstraint(
            ["session_id"], ["user_sessions.id"], name="fk_call_codes_session_id"
        ),
        sa.UniqueConstraint("digest", name="uq_call_codes_digest"),
        sa.CheckConstraint("counter >= 0", name=op.f("ck_call_codes_counter")),
        sqlite_strict=True,
    )
    op.create_table(
        "call_code_guesses",
        sa.Column("agent_id", sa.Text, nullable=False),
        sa.Column("used", sa.Integer, nullable=False),
        sa.Column("window_ends_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("agent_id", name="pk_call_code_guesses"),
        sa.CheckConstraint("used BETWEEN 0 AND 10", name=op.f("ck_call_code_guesses_used")),
        sqlite_strict=True,
    )


def _calls() -> None:
    checks = {
        "direction": "direction IN ('inbound', 'outbound')",
        "status": "status IN ('active', 'ended')",
        "level": "level IN ('L0', 'L1', 'L2', 'L3', 'L4')",
        "level_of_somebody": "level = 'L0' OR user_id IS NOT NULL",
        "verified": "(level IN ('L3', 'L4')) = (verified_at IS NOT NULL)",
        "ended": "(status = 'ended') = (ended_at IS NOT NULL)",
        "wrong_codes": "wrong_codes BETWEEN 0 AND 5",
    }
    op.create_table(
        "support_calls",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("agent_id", sa.Text, nullable=False),
        sa.Column("phone", sa.Text),
        sa.Column("direction", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text),
        sa.Column("level", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("notes", sa.Text),
        sa.Column("wrong_codes", sa.Integer, nullable=False),
        sa.Column("started_at", Moment, nullable=False),
        sa.Column("verified_at", Moment),
        sa.Column("ended_at", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_support_calls"),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_support_calls_agent_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_support_calls_user_id"),
        *(
            sa.CheckConstraint(condition, name=op.f(f"ck_support_calls_{name}"))
            for name, condition in checks.items()
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_support_calls_started_at_id", "support_calls", ["started_at", "id"])
    op.create_index(
        "ix_support_calls_user_id_started_at", "support_calls", ["user_id", "started_at"]
    )


def downgrade() -> None:
    for table in ("support_calls", "call_code_guesses", "call_codes"):
        op.drop_table(table)
