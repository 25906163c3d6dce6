"""The tables of the FAQ; their constraints stand in migration 0008.

The search index differs by engine and has no model: see `index.py`.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base, Json, Moment

ARTICLE_STATES = "('draft', 'published', 'archived')"


class Article(Base):
    """An FAQ article: its words are in `ArticleText`, one row per language. `version` grows with each edit."""

    __tablename__ = "faq_articles"
    __table_args__ = (
        CheckConstraint(f"state IN {ARTICLE_STATES}", name="state"),
        CheckConstraint("version > 0", name="version"),
        Index(None, "updated_at", "id"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    state: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer)
    tags: Mapped[list[str]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(Moment)
    updated_at: Mapped[datetime] = mapped_column(Moment)
    updated_by: Mapped[str] = mapped_column(Text)


class ArticleText(Base):
    """An article in one language; where the other one is newer, this one is stale."""

    __tablename__ = "faq_texts"
    __table_args__ = (
        CheckConstraint("locale IN ('zh-CN', 'en')", name="locale"),
        Index(None, "locale", "updated_at", "article_id"),
    )

    article_id: Mapped[str] = mapped_column(ForeignKey("faq_articles.id"), primary_key=True)
    locale: Mapped[str] = mapped_column(Text, primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(Moment)


class ArticleRevision(Base):
    """An article as it was after an edit, whole; only ever added to."""

    __tablename__ = "faq_revisions"
    __table_args__ = (
        CheckConstraint(f"state IN {ARTICLE_STATES}", name="state"),
        CheckConstraint("version > 0", name="version"),
    )

    article_id: Mapped[str] = mapped_column(ForeignKey("faq_articles.id"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(Text)
    tags: Mapped[list[str]] = mapped_column(Json)
    texts: Mapped[dict[str, Any]] = mapped_column(Json)
    edited_at: Mapped[datetime] = mapped_column(Moment)
    edited_by: Mapped[str] = mapped_column(Text)


class SearchWords(Base):
    """The words that a search leaves out (`fillers`), and groups of words that say the same: one row."""

    __tablename__ = "faq_search_words"
    __table_args__ = (
        CheckConstraint("id = 1", name="one_row"),
        CheckConstraint("version > 0", name="version"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(Integer)
    fillers: Mapped[list[str]] = mapped_column(Json)
    synonyms: Mapped[list[list[str]]] = mapped_column(Json)
    updated_at: Mapped[datetime] = mapped_column(Moment)
    updated_by: Mapped[str] = mapped_column(Text)


class ArticleFeedback(Base):
    """How often readers of a language said that an article helped, and that it did not."""

    __tablename__ = "faq_feedback"
    __table_args__ = (
        CheckConstraint("locale IN ('zh-CN', 'en')", name="locale"),
        CheckConstraint("helpful >= 0", name="helpful"),
        CheckConstraint("unhelpful >= 0", name="unhelpful"),
    )

    article_id: Mapped[str] = mapped_column(Text, primary_key=True)
    locale: Mapped[str] = mapped_column(Text, primary_key=True)
    helpful: Mapped[int] = mapped_column(Integer)
    unhelpful: Mapped[int] = mapped_column(Integer)


class MissedQuery(Base):
    """Words that found no article, masked, with how often they were asked; an editor says when that is dealt with."""

    __tablename__ = "faq_missed_queries"
    __table_args__ = (
        UniqueConstraint("query", "locale"),
        CheckConstraint("locale IN ('zh-CN', 'en')", name="locale"),
        CheckConstraint("asked >= 0", name="asked"),
        CheckConstraint("(done_at IS NULL) = (done_by IS NULL)", name="done_whole"),
        Index(None, "asked"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    query: Mapped[str] = mapped_column(Text)
    locale: Mapped[str] = mapped_column(Text)
    asked: Mapped[int] = mapped_column(Integer)
    first_asked_at: Mapped[datetime] = mapped_column(Moment)
    last_asked_at: Mapped[datetime] = mapped_column(Moment)
    done_at: Mapped[datetime | None] = mapped_column(Moment)
    done_by: Mapped[str | None] = mapped_column(Text)
