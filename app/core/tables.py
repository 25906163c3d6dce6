"""The base of every table, and the column types that mean the same on SQLite and PostgreSQL.

STRICT tables of SQLite know six types only, so moments, flags and JSON have a variant each.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Boolean, Dialect, Integer, MetaData, Text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator, TypeEngine

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

BIG = BigInteger().with_variant(Integer(), "sqlite")
"""64-bit integers: money in minor units, milliseconds, sequence numbers."""


class Base(DeclarativeBase):
    """What every model inherits; one metadata, named constraints, STRICT on SQLite."""

    metadata = MetaData(naming_convention=NAMING)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Make the table STRICT on SQLite unless it says otherwise."""
        args = cls.__dict__.get("__table_args__", ())
        options = dict(args[-1]) if args and isinstance(args[-1], dict) else {}
        constraints = args[:-1] if args and isinstance(args[-1], dict) else args
        cls.__table_args__ = (*constraints, {"sqlite_strict": True, **options})
        super().__init_subclass__(**kwargs)


class Moment(TypeDecorator[datetime]):
    """An aware UTC time to the millisecond: `timestamptz` on PostgreSQL, integer milliseconds on SQLite."""

    impl = Integer
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The native type where there is one."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(TIMESTAMP(timezone=True, precision=3))
        return dialect.type_descriptor(Integer())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """To the database; a naive time is a mistake of ours and raises ValueError."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        if dialect.name == "postgresql":
            return value
        return (value - _EPOCH) // timedelta(milliseconds=1)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """From the database, in UTC."""
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        return _EPOCH + timedelta(milliseconds=value)


class Flag(TypeDecorator[bool]):
    """True or false: `boolean` on PostgreSQL, 0 or 1 on SQLite (with a CHECK in the migration)."""

    impl = Boolean
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Integer where STRICT tables know no boolean."""
        native = Boolean() if dialect.name == "postgresql" else Integer()
        return dialect.type_descriptor(native)

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> Any:
        """To the database."""
        if value is None or dialect.name == "postgresql":
            return value
        return int(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> bool | None:
        """From the database."""
        return None if value is None else bool(value)


class Json(TypeDecorator[Any]):
    """A JSON document: `jsonb` on PostgreSQL, text on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The native type where there is one."""
        native = JSONB() if dialect.name == "postgresql" else Text()
        return dialect.type_descriptor(native)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """To the database."""
        if value is None or dialect.name == "postgresql":
            return value
        return json.dumps(value, ensure_ascii=False, sort_keys=True)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """From the database."""
        return (
            json.loads(value) if isinstance(value, str) and dialect.name != "postgresql" else value
        )


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
