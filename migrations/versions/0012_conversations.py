"""Conversations with users, their messages and notes, agents' presence, and the events of the queue."""

import sqlalchemy as sa
from alembic import op

from app.core.tables import BIG, Json, Moment

revision = "0012_conversations"
down_revision = "0011_customers"


def upgrade() -> None:
    _conversations()
    _messages()
    _what_belongs_to_one()
    _presence()
    _queue()


def _conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text),
        sa.Column("session_id", sa.Text),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("priority", sa.Text, nullable=False),
        sa.Column("locale", sa.Text, nullable=False),
        sa.Column("subject", sa.Text),
        sa.Column("payment_id", sa.Text),
        sa.Column("last_seq", BIG, nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.Column("assigned_to", sa.Text),
        sa.Column("assigned_at", Moment),
        sa.Column("promised_reply_at", Moment),
        sa.Column("first_replied_at", Moment),
        sa.Column("snoozed_until", Moment),
        sa.Column("escalated_at", Moment),
        sa.Column("resolved_at", Moment),
        sa.Column("closed_at", Moment),
        sa.Column("merged_into", sa.Text),
        sa.Column("follow_up_of", sa.Text),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_conversations"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_conversations_user_id"),
        sa.ForeignKeyConstraint(
            ["assigned_to"], ["agents.id"], name="fk_conversations_assigned_to"
        ),
        _check("conversations", "channel", "channel IN ('chat', 'ticket', 'email', 'hotline')"),
        _check(
            "conversations",
            "status",
            "status IN ('new', 'open', 'waiting_user', 'waiting_third_party', 'waiting_approval',"
            " 'resolved', 'closed', 'merged')",
        ),
        _check("conversations", "priority", "priority IN ('normal', 'urgent')"),
        _check("conversations", "locale", "locale IN ('zh-CN', 'en')"),
        _check("conversations", "last_seq", "last_seq >= 0"),
        _check("conversations", "version", "version > 0"),
        _check("conversations", "merged_whole", "(status = 'merged') = (merged_into IS NOT NULL)"),
        _check("conversations", "assigned_whole", "(assigned_to IS NULL) = (assigned_at IS NULL)"),
        _check(
            "conversations", "resolved_whole", "status <> 'resolved' OR resolved_at IS NOT NULL"
        ),
        _check("conversations", "closed_whole", "(status = 'closed') = (closed_at IS NOT NULL)"),
        sqlite_strict=True,
    )
    for columns in (
        ["user_id", "created_at", "id"],
        ["status", "created_at", "id"],
        ["assigned_to", "status"],
        ["created_at", "id"],
        ["payment_id"],
    ):
        _index("conversations", columns)


def _messages() -> None:
    op.create_table(
        "conversation_messages",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("conversation_id", sa.Text, nullable=False),
        sa.Column("seq", BIG, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("agent_id", sa.Text),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_conversation_messages"),
        sa.UniqueConstraint(
            "conversation_id", "seq", name="uq_conversation_messages_conversation_id_seq"
        ),
        *_belongs_to_conversation("conversation_messages", agent=True),
        _check("conversation_messages", "author", "author IN ('user', 'agent', 'system')"),
        _check("conversation_messages", "agent", "(author = 'agent') = (agent_id IS NOT NULL)"),
        _check("conversation_messages", "seq", "seq > 0"),
        sqlite_strict=True,
    )
    op.create_table(
        "conversation_notes",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("conversation_id", sa.Text, nullable=False),
        sa.Column("after_seq", BIG, nullable=False),
        sa.Column("agent_id", sa.Text),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_conversation_notes"),
        *_belongs_to_conversation("conversation_notes", agent=True),
        _check("conversation_notes", "after_seq", "after_seq >= 0"),
        sqlite_strict=True,
    )
    _index("conversation_notes", ["conversation_id", "after_seq", "id"])


def _what_belongs_to_one() -> None:
    op.create_table(
        "conversation_ratings",
        sa.Column("conversation_id", sa.Text, nullable=False),
        sa.Column("score", sa.Integer, nullable=False),
        sa.Column("comment", sa.Text),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", name="pk_conversation_ratings"),
        *_belongs_to_conversation("conversation_ratings"),
        _check("conversation_ratings", "score", "score BETWEEN 1 AND 5"),
        sqlite_strict=True,
    )
    op.create_table(
        "conversation_typing",
        sa.Column("conversation_id", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "author", name="pk_conversation_typing"),
        *_belongs_to_conversation("conversation_typing"),
        _check("conversation_typing", "author", "author IN ('user', 'agent')"),
        sqlite_strict=True,
    )


def _presence() -> None:
    op.create_table(
        "agent_presence",
        sa.Column("agent_id", sa.Text, nullable=False),
        sa.Column("session_id", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("languages", Json, nullable=False),
        sa.Column("capacity", sa.Integer, nullable=False),
        sa.Column("seen_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("agent_id", name="pk_agent_presence"),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_agent_presence_agent_id"),
        _check("agent_presence", "status", "status IN ('online', 'away', 'offline')"),
        _check("agent_presence", "capacity", "capacity BETWEEN 0 AND 50"),
        sqlite_strict=True,
    )


def _queue() -> None:
    op.create_table(
        "queue_events",
        sa.Column("id", BIG, nullable=False, autoincrement=True),
        sa.Column("number", BIG),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("conversation_id", sa.Text, nullable=False),
        sa.Column("data", Json, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_queue_events"),
        sa.UniqueConstraint("number", name="uq_queue_events_number"),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_queue_events_unnumbered",
        "queue_events",
        ["id"],
        sqlite_where=sa.text("number IS NULL"),
        postgresql_where=sa.text("number IS NULL"),
    )
    _index("queue_events", ["created_at"])
    op.create_table(
        "queue_head",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("number", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_queue_head"),
        _check("queue_head", "one_row", "id = 1"),
        _check("queue_head", "number", "number >= 0"),
        sqlite_strict=True,
    )


def _belongs_to_conversation(table: str, *, agent: bool = False) -> list[sa.ForeignKeyConstraint]:
    keys = [
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=f"fk_{table}_conversation_id"
        )
    ]
    if agent:
        keys.append(
            sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=f"fk_{table}_agent_id")
        )
    return keys


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _index(table: str, columns: list[str]) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, columns)


def downgrade() -> None:
    for table in (
        "queue_head",
        "queue_events",
        "agent_presence",
        "conversation_typing",
        "conversation_ratings",
        "conversation_notes",
        "conversation_messages",
        "conversations",
    ):
        op.drop_table(table)
