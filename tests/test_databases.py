"""The suite's own provision of databases: it must be real, separate, and leave nothing behind."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.databases import KINDS, DatabaseRun, Databases, Kind, postgres_address
from tests.supervisor.house import eventually, is_alive

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def run() -> Iterator[DatabaseRun]:
    made = DatabaseRun()
    yield made
    made.stop()
    assert not made.folder.exists()


def execute(url: str, statement: str) -> list[Any]:
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            with connection:
                return connection.execute(statement).fetchall()
    with psycopg.connect(url) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def migrate(url: str) -> None:
    execute(url, "CREATE TABLE notes (body TEXT)")


@pytest.mark.parametrize("kind", KINDS)
def test_every_database_is_migrated_and_a_world_of_its_own(run: DatabaseRun, kind: Kind):
    databases = Databases(run.folder, migrate)
    with databases.fresh(kind) as one, databases.fresh(kind) as other:
        execute(one, "INSERT INTO notes VALUES ('mine')")
        assert execute(one, "SELECT * FROM notes") == [("mine",)]
        assert execute(other, "SELECT * FROM notes") == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_migration_runs_once_whoever_comes_first(kind: Kind):
    urls: list[str] = []

    def migrate_and_count(url: str) -> None:
        urls.append(url)
        migrate(url)

    fresh_run = DatabaseRun()
    try:
        with ThreadPoolExecutor(4) as workers:
            made = list(
                workers.map(
                    lambda _: Databases(fresh_run.folder, migrate_and_count).create(kind), range(4)
                )
            )
    finally:
        fresh_run.stop()
    assert len(set(made)) == 4
    assert len(urls) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_migration_that_fails_is_reported_and_tried_again(kind: Kind):
    def fail(url: str) -> None:
        execute(url, "CREATE TABLE half_made (body TEXT)")
        raise ValueError(url)

    fresh_run = DatabaseRun()
    try:
        with pytest.raises(ValueError, match=kind):
            Databases(fresh_run.folder, fail).create(kind)
        url = Databases(fresh_run.folder, migrate).create(kind)
        assert execute(url, "SELECT * FROM notes") == []
    finally:
        fresh_run.stop()


@pytest.mark.parametrize("kind", KINDS)
def test_a_dropped_database_is_gone_even_while_somebody_is_connected(run: DatabaseRun, kind: Kind):
    databases = Databases(run.folder, migrate)
    url = databases.create_empty(kind)
    if kind == "postgresql":
        with psycopg.connect(url) as connection:
            databases.drop(url)
            with pytest.raises(psycopg.OperationalError):
                connection.execute("SELECT 1")
    else:
        migrate(url)
        databases.drop(url)
        assert not list(run.folder.glob(f"{Path(url).name}*"))


def test_without_a_wish_for_postgresql_none_is_started():
    fresh_run = DatabaseRun()
    Databases(fresh_run.folder, migrate).create("sqlite")
    assert not list(fresh_run.folder.glob("postgresql*"))
    fresh_run.stop()
    assert not fresh_run.folder.exists()


CONTROLLER = """
from pathlib import Path
from tests.databases import DatabaseRun, postgres_address
run = DatabaseRun()
address = postgres_address(run.folder)
server = (Path(address["host"]) / "data" / "postmaster.pid").read_text().split()[0]
print(run._keeper.pid, server, run.folder, flush=True)
input()
"""


@pytest.mark.parametrize("victim", ["controller", "keeper"])
def test_sigkill_of_controller_or_keeper_leaves_no_server(victim: str):
    with subprocess.Popen(
        [sys.executable, "-c", CONTROLLER],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as controller:
        assert controller.stdout is not None
        keeper, server, folder = controller.stdout.readline().split()
        if victim == "controller":
            controller.kill()
            eventually(lambda: not Path(folder).exists(), "the folder is removed")
        else:
            subprocess.run(["kill", "-KILL", keeper], check=True)
        eventually(lambda: not is_alive(int(server)), "the server has ended")
        controller.kill()
        shutil.rmtree(folder, ignore_errors=True)  # a killed keeper cannot


def test_the_server_says_where_it_comes_from(run: DatabaseRun):
    address = postgres_address(run.folder)
    (version,) = execute(
        f"postgresql://{address['user']}@/postgres?host={address['host']}", "SHOW server_version"
    )
    assert version[0].startswith(address["version"])


@pytest.mark.parametrize("kind", KINDS)
def test_what_one_user_does_the_next_never_sees(run: DatabaseRun, kind: Kind):
    def migrate_with_rules(url: str) -> None:
        execute(url, "CREATE TABLE kinds (name TEXT PRIMARY KEY)")
        execute(url, "INSERT INTO kinds VALUES ('seeded'), ('planted')")
        number = "INTEGER PRIMARY KEY" if kind == "sqlite" else "SERIAL PRIMARY KEY"
        execute(url, f"CREATE TABLE facts (id {number}, kind TEXT REFERENCES kinds (name))")

    own_run = DatabaseRun()
    try:
        databases = Databases(own_run.folder, migrate_with_rules)
        for _ in range(3):
            with databases.fresh(kind) as url:
                assert execute(url, "SELECT name FROM kinds ORDER BY name") == [
                    ("planted",),
                    ("seeded",),
                ]
                execute(url, "DELETE FROM kinds WHERE name = 'seeded'")
                execute(url, "INSERT INTO kinds VALUES ('new')")
                made = execute(url, "INSERT INTO facts (kind) VALUES ('new') RETURNING id, kind")
                assert made == [(1, "new")]
    finally:
        own_run.stop()


def test_a_database_is_used_again_unless_its_tables_were_changed(run: DatabaseRun):
    databases = Databases(run.folder, migrate)
    with databases.fresh("postgresql") as first:
        execute(first, "INSERT INTO notes VALUES ('mine')")
    with databases.fresh("postgresql") as second:
        assert second == first
        execute(second, "ALTER TABLE notes ADD COLUMN author TEXT")
    with databases.fresh("postgresql") as third:
        assert third != second
        assert execute(third, "SELECT * FROM notes") == []


def test_whoever_is_still_connected_is_sent_away_before_a_database_is_used_again(run: DatabaseRun):
    databases = Databases(run.folder, migrate)
    with databases.fresh("postgresql") as url:
        late = psycopg.connect(url)
        late.execute("INSERT INTO notes VALUES ('late')")
    with closing(late), databases.fresh("postgresql") as again:
        with pytest.raises(psycopg.OperationalError):
            late.execute("SELECT 1")
        assert execute(again, "SELECT * FROM notes") == []
