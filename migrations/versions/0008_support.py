"""FAQ articles and diagnoses.

The search index is what each engine does best with text that is cut already: FTS5 on SQLite, a tsvector with a GIN index on PostgreSQL.
"""

import sqlalchemy as sa
from alembic import op

from app.core.tables import Flag, Json, Moment

revision = "0008_support"
down_revision = "0007_status"

STATES = "('draft', 'published', 'archived')"
SQLITE_INDEX = """CREATE VIRTUAL TABLE faq_index USING fts5(
    title, body, tags, article_id UNINDEXED, locale UNINDEXED, tokenize = 'unicode61', prefix = '2 3'
)"""
POSTGRESQL_INDEX = (
    """CREATE TABLE faq_index (
        article_id text NOT NULL, locale text NOT NULL, terms tsvector NOT NULL,
        CONSTRAINT pk_faq_index PRIMARY KEY (article_id, locale)
    )""",
    "CREATE INDEX ix_faq_index_terms ON faq_index USING gin (terms)",
)


def upgrade() -> None:
    _faq_tables()
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in POSTGRESQL_INDEX if is_postgresql else (SQLITE_INDEX,):
        op.execute(statement)
    _diagnoses()


def _faq_tables() -> None:
    op.create_table(
        "faq_articles",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("tags", Json, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.Column("updated_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_faq_articles"),
        sa.CheckConstraint(f"state IN {STATES}", name=op.f("ck_faq_articles_state")),
        sa.CheckConstraint("version > 0", name=op.f("ck_faq_articles_version")),
        sqlite_strict=True,
    )
    op.create_index("ix_faq_articles_updated_at_id", "faq_articles", ["updated_at", "id"])
    op.create_table(
        "faq_texts",
        sa.Column("article_id", sa.Text, nullable=False),
        sa.Column("locale", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("article_id", "locale", name="pk_faq_texts"),
        sa.ForeignKeyConstraint(["article_id"], ["faq_articles.id"], name="fk_faq_texts_article_id"),
        sa.CheckConstraint("locale IN ('zh-CN', 'en')", name=op.f("ck_faq_texts_locale")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_faq_texts_locale_updated_at_article_id", "faq_texts", ["locale", "updated_at", "article_id"]
    )
    op.create_table(
        "faq_revisions",
        sa.Column("article_id", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("tags", Json, nullable=False),
        sa.Column("texts", Json, nullable=False),
        sa.Column("edited_at", Moment, nullable=False),
        sa.Column("edited_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("article_id", "version", name="pk_faq_revisions"),
        sa.ForeignKeyConstraint(
            ["article_id"], ["faq_articles.id"], name="fk_faq_revisions_article_id"
        ),
        sa.CheckConstraint(f"state IN {STATES}", name=op.f("ck_faq_revisions_state")),
        sa.CheckConstraint("version > 0", name=op.f("ck_faq_revisions_version")),
        sqlite_strict=True,
    )
    _what_readers_leave()


def _what_readers_leave() -> None:
    op.create_table(
        "faq_feedback",
        sa.Column("article_id", sa.Text, nullable=False),
        sa.Column("locale", sa.Text, nullable=False),
        sa.Column("helpful", sa.Integer, nullable=False),
        sa.Column("unhelpful", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("article_id", "locale", name="pk_faq_feedback"),
        sa.CheckConstraint("locale IN ('zh-CN', 'en')", name=op.f("ck_faq_feedback_locale")),
        sa.CheckConstraint("helpful >= 0", name=op.f("ck_faq_feedback_helpful")),
        sa.CheckConstraint("unhelpful >= 0", name=op.f("ck_faq_feedback_unhelpful")),
        sqlite_strict=True,
    )
    op.create_table(
        "faq_missed_queries",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("locale", sa.Text, nullable=False),
        sa.Column("asked", sa.Integer, nullable=False),
        sa.Column("first_asked_at", Moment, nullable=False),
        sa.Column("last_asked_at", Moment, nullable=False),
        sa.Column("done_at", Moment),
        sa.Column("done_by", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_faq_missed_queries"),
        sa.UniqueConstraint("query", "locale", name="uq_faq_missed_queries_query_locale"),
        sa.CheckConstraint("locale IN ('zh-CN', 'en')", name=op.f("ck_faq_missed_queries_locale")),
        sa.CheckConstraint("asked >= 0", name=op.f("ck_faq_missed_queries_asked")),
        sa.CheckConstraint(
            "(done_at IS NULL) = (done_by IS NULL)", name=op.f("ck_faq_missed_queries_done_whole")
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_faq_missed_queries_asked", "faq_missed_queries", ["asked"])
    op.create_table(
        "faq_search_words",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("fillers", Json, nullable=False),
        sa.Column("synonyms", Json, nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.Column("updated_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_faq_search_words"),
        sa.CheckConstraint("id = 1", name=op.f("ck_faq_search_words_one_row")),
        sa.CheckConstraint("version > 0", name=op.f("ck_faq_search_words_version")),
        sqlite_strict=True,
    )


def _diagnoses() -> None:
    op.create_table(
        "payment_diagnoses",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("agent_id", sa.Text),
        sa.Column("payment_id", sa.Text),
        sa.Column("client_event_id", sa.Text),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("retry_safe", Flag, nullable=False),
        sa.Column("primary_cause", sa.Text),
        sa.Column("asked", Json, nullable=False),
        sa.Column("answer", Json, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_payment_diagnoses"),
        sa.CheckConstraint(
            "verdict IN ('succeeded', 'failed_clean', 'held', 'unknown', 'duplicate', 'refunded',"
            " 'mismatch', 'no_record')",
            name=op.f("ck_payment_diagnoses_verdict"),
        ),
        sa.CheckConstraint(
            "retry_safe IN (0, 1)", name=op.f("ck_payment_diagnoses_retry_safe_flag")
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(
            "verdict <> 'no_record' OR payment_id IS NULL", name=op.f("ck_payment_diagnoses_no_record")
        ),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_payment_diagnoses_user_id_created_at_id",
        "payment_diagnoses",
        ["user_id", "created_at", "id"],
    )
    op.create_index(
        "ix_payment_diagnoses_created_at_id", "payment_diagnoses", ["created_at", "id"]
    )
    op.create_index("ix_payment_diagnoses_payment_id", "payment_diagnoses", ["payment_id"])


def downgrade() -> None:
    for table in (
        "payment_diagnoses",
        "faq_index",
        "faq_search_words",
        "faq_missed_queries",
        "faq_feedback",
        "faq_revisions",
        "faq_texts",
        "faq_articles",
    ):
        op.drop_table(table)
