"""Users, sessions, codes, passwords, agents.

What the database itself holds: an account has a phone number or an e-mail address, each belongs to one account;
no counter of tries passes its limit. No column holds a secret in clear.
"""

import sqlalchemy as sa
from alembic import op

from app.core.tables import BIG, Flag, Moment

revision = "0003_auth"
down_revision = "0002_ledger"


def upgrade() -> None:
    users()
    sessions()
    verifications()
    tries()
    agents()


def users() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("phone", sa.Text),
        sa.Column("email", sa.Text),
        sa.Column("email_key", sa.Text),
        sa.Column("display_name", sa.Text, nullable=False),
        sa.Column("locale", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("transaction_password_hash", sa.Text),
        sa.Column("password_free_limit_minor", BIG, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("phone", name="uq_users_phone"),
        sa.UniqueConstraint("email_key", name="uq_users_email_key"),
        sa.CheckConstraint(
            "phone IS NOT NULL OR email IS NOT NULL", name=op.f("ck_users_has_identifier")
        ),
        sa.CheckConstraint(
            "(email IS NULL) = (email_key IS NULL)", name=op.f("ck_users_email_whole")
        ),
        sa.CheckConstraint("locale IN ('zh-CN', 'en')", name=op.f("ck_users_locale")),
        sa.CheckConstraint("status IN ('active', 'frozen')", name=op.f("ck_users_status")),
        sa.CheckConstraint(
            "password_free_limit_minor BETWEEN 0 AND 100000",
            name=op.f("ck_users_password_free_limit"),
        ),
        sqlite_strict=True,
    )


def sessions() -> None:
    op.create_table(
        "user_sessions",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("device_name", sa.Text),
        sa.Column("device_platform", sa.Text),
        sa.Column("device_app_version", sa.Text),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("last_seen_at", Moment, nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.Column("ended_at", Moment),
        sa.Column("end_reason", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_user_sessions"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_user_sessions_user_id"),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (end_reason IS NULL)", name=op.f("ck_user_sessions_end_whole")
        ),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_user_sessions_user_id_created_at_id", "user_sessions", ["user_id", "created_at", "id"]
    )
    op.create_table(
        "session_tokens",
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("session_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.Column("spent_at", Moment),
        sa.PrimaryKeyConstraint("digest", name="pk_session_tokens"),
        sa.ForeignKeyConstraint(
            ["session_id"], ["user_sessions.id"], name="fk_session_tokens_session_id"
        ),
        sa.CheckConstraint("kind IN ('access', 'refresh')", name=op.f("ck_session_tokens_kind")),
        sa.CheckConstraint(
            "spent_at IS NULL OR kind = 'refresh'",
            name=op.f("ck_session_tokens_only_refresh_is_spent"),
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_session_tokens_session_id", "session_tokens", ["session_id"])


def verifications() -> None:
    op.create_table(
        "verification_challenges",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("destination", sa.Text, nullable=False),
        sa.Column("destination_key", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text),
        sa.Column("genuine", Flag, nullable=False),
        sa.Column("locale", sa.Text, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("sent_at", Moment, nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.Column("token_digest", sa.Text),
        sa.Column("token_expires_at", Moment),
        sa.Column("closed_at", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_verification_challenges"),
        sa.UniqueConstraint("token_digest", name="uq_verification_challenges_token_digest"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_verification_challenges_user_id"
        ),
        sa.CheckConstraint(
            "purpose IN ('register', 'reset_password', 'reset_transaction_password', 'add_identifier')",
            name=op.f("ck_verification_challenges_purpose"),
        ),
        sa.CheckConstraint(
            "channel IN ('sms', 'email')", name=op.f("ck_verification_challenges_channel")
        ),
        *flag("verification_challenges", "genuine"),
        sa.CheckConstraint("generation >= 0", name=op.f("ck_verification_challenges_generation")),
        sa.CheckConstraint("tries BETWEEN 0 AND 5", name=op.f("ck_verification_challenges_tries")),
        sa.CheckConstraint(
            "(token_digest IS NULL) = (token_expires_at IS NULL)",
            name=op.f("ck_verification_challenges_token_whole"),
        ),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_verification_challenges_destination_key_purpose",
        "verification_challenges",
        ["destination_key", "purpose"],
    )
    op.create_index("ix_verification_challenges_user_id", "verification_challenges", ["user_id"])
    op.create_table(
        "verification_destinations",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("touched_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_verification_destinations"),
        sqlite_strict=True,
    )
    op.create_table(
        "verification_addresses",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("touched_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_verification_addresses"),
        sqlite_strict=True,
    )
    op.create_table(
        "verification_sends",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("destination_key", sa.Text, nullable=False),
        sa.Column("address_key", sa.Text),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("sent_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_verification_sends"),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_verification_sends_destination_key_sent_at",
        "verification_sends",
        ["destination_key", "sent_at"],
    )
    op.create_index(
        "ix_verification_sends_address_key_sent_at",
        "verification_sends",
        ["address_key", "sent_at"],
    )
    op.create_table(
        "verification_guesses",
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("day", sa.Text, nullable=False),
        sa.Column("used", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("subject", "day", name="pk_verification_guesses"),
        sa.CheckConstraint("used BETWEEN 0 AND 25", name=op.f("ck_verification_guesses_used")),
        sqlite_strict=True,
    )


def tries() -> None:
    op.create_table(
        "credential_tries",
        sa.Column("door", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("wrong", sa.Integer, nullable=False),
        sa.Column("locked_until", Moment),
        sa.Column("reset_required", Flag, nullable=False),
        sa.PrimaryKeyConstraint("door", "subject", name="pk_credential_tries"),
        sa.CheckConstraint(
            "door IN ('login', 'transaction_password', 'agent_login')",
            name=op.f("ck_credential_tries_door"),
        ),
        sa.CheckConstraint("wrong BETWEEN 0 AND 5", name=op.f("ck_credential_tries_wrong")),
        *flag("credential_tries", "reset_required", "reset_flag"),
        sqlite_strict=True,
    )
    op.create_table(
        "credential_booked_tries",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("door", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("booked_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_credential_booked_tries"),
        sa.CheckConstraint(
            "door IN ('login', 'transaction_password', 'agent_login')",
            name=op.f("ck_credential_booked_tries_door"),
        ),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_credential_booked_tries_subject_door", "credential_booked_tries", ["subject", "door"]
    )
    op.create_table(
        "credential_locks",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("door", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("locked_at", Moment, nullable=False),
        sa.Column("locked_until", Moment),
        sa.Column("lifted_at", Moment),
        sa.Column("told_at", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_credential_locks"),
        sa.CheckConstraint(
            "door IN ('login', 'transaction_password', 'agent_login')",
            name=op.f("ck_credential_locks_door"),
        ),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_credential_locks_subject_door_locked_at",
        "credential_locks",
        ["subject", "door", "locked_at"],
    )


def agents() -> None:
    op.create_table(
        "agents",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("email_key", sa.Text, nullable=False),
        sa.Column("display_name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("totp_generation", sa.Integer, nullable=False),
        sa.Column("totp_last_step", BIG),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("disabled_at", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_agents"),
        sa.UniqueConstraint("email_key", name="uq_agents_email_key"),
        sa.CheckConstraint("role IN ('agent', 'supervisor', 'admin')", name=op.f("ck_agents_role")),
        sa.CheckConstraint("totp_generation >= 0", name=op.f("ck_agents_totp_generation")),
        sqlite_strict=True,
    )
    op.create_table(
        "agent_sessions",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("agent_id", sa.Text, nullable=False),
        sa.Column("token_digest", sa.Text, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("last_seen_at", Moment, nullable=False),
        sa.Column("ended_at", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_agent_sessions"),
        sa.UniqueConstraint("token_digest", name="uq_agent_sessions_token_digest"),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_agent_sessions_agent_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_agent_sessions_agent_id", "agent_sessions", ["agent_id"])
    op.create_table(
        "agent_recovery_codes",
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("agent_id", sa.Text, nullable=False),
        sa.Column("used_at", Moment),
        sa.PrimaryKeyConstraint("digest", name="pk_agent_recovery_codes"),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name="fk_agent_recovery_codes_agent_id"
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_agent_recovery_codes_agent_id", "agent_recovery_codes", ["agent_id"])


def flag(table: str, column: str, name: str = "") -> list[sa.CheckConstraint]:
    """SQLite keeps flags as integers; PostgreSQL's boolean needs no check."""
    if op.get_bind().dialect.name == "postgresql":
        return []
    return [
        sa.CheckConstraint(
            f"{column} IN (0, 1)", name=op.f(f"ck_{table}_{name or column + '_flag'}")
        )
    ]


def downgrade() -> None:
    for table in (
        "agent_recovery_codes",
        "agent_sessions",
        "agents",
        "credential_locks",
        "credential_booked_tries",
        "credential_tries",
        "verification_guesses",
        "verification_sends",
        "verification_addresses",
        "verification_destinations",
        "verification_challenges",
        "session_tokens",
        "user_sessions",
        "users",
    ):
        op.drop_table(table)
