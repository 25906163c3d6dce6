"""After a whole life, no file, table, log, metric, stored answer or error page holds a secret in clear.

Only the world's own books may: a carrier knows what it delivered, a bank the card numbers of its customers.
"""

import base64
import sqlite3
from pathlib import Path

import pytest

from app.core.settings import database_url
from tests.databases import Databases, Kind
from tests.journeys.server import Server
from tests.security.desk_life import DeskLife
from tests.security.life import SETTINGS, Life, random_card_number
from tests.security.secrets import Secrets, in_database, in_files

ENOUGH_VALUES = 2_000


@pytest.mark.timeout(300)
def test_no_secret_is_left_behind_anywhere(
    kind: Kind, databases: Databases, tmp_path: Path
) -> None:
    folder = tmp_path / "var"
    settings, url = dict(SETTINGS), database_url("", folder)
    if kind == "postgresql":
        url = databases.create_empty(kind)
        settings["WALLET_DATABASE_URL"] = url
        url = database_url(url, folder)
    server = Server(folder, settings).start()
    try:
        life = Life(server)
        life.live()
        DeskLife(life).live()
        metrics = server.call("GET", "/metrics").content
        pages = [server.call("GET", it).content for it in ("/readyz", "/docs/errors")]
    finally:
        assert server.stop() == 0
    known = life.known
    assert len(known.known) > 120
    assert in_files(known, folder) == []
    found, count = in_database(known, url)
    assert found == []
    assert count > ENOUGH_VALUES
    assert [known.leaks(content) for content in (metrics, *pages)] == [set()] * 3
    assert len(life.refused) > 20
    for answer in life.refused:
        told = f"{answer.headers}{answer.text}".encode()
        assert known.leaks(told) == set(), answer.text
    assert b"request_id" in (folder / "journey.log").read_bytes(), "the logs are among the files"
    if kind == "postgresql":
        databases.drop(settings["WALLET_DATABASE_URL"])


@pytest.fixture
def known() -> Secrets:
    secrets = Secrets()
    secrets.add("code", "730518")
    secrets.add("access token", "at_Zk3xQ9-_abcdefghijklmnop")
    secrets.add("password", 'Kiwi-"quoted"-7')
    secrets.add_card_number("6222021234567890128")
    return secrets


@pytest.mark.parametrize(
    "planted",
    [
        '{"code": "730518"}',
        "code=730518",
        "您的验证码是730518，请勿泄露",
        "Bearer at_Zk3xQ9-_abcdefghijklmnop",
        '{"password": "Kiwi-\\"quoted\\"-7"}',
        "password=Kiwi-%22quoted%22-7",
        "6222021234567890128",
        "6222 0212 3456 7890 128",
        "123456789",
        "card ******123456789****",
        b'Kiwi-"quoted"-7'.hex(),
    ],
)
def test_the_search_finds_what_is_planted(known: Secrets, planted: str) -> None:
    assert known.leaks(planted.encode()) != set()


def test_the_search_finds_what_is_encoded(known: Secrets) -> None:
    secret = b"at_Zk3xQ9-_abcdefghijklmnop"
    for lead in range(4):
        assert known.leaks(base64.b64encode(b"x" * lead + secret + b"yz")) != set(), lead
    assert known.leaks(secret.decode().encode("utf-16-le")) != set()


@pytest.mark.parametrize(
    "chance",
    ["9c730518ab", "2026-11-23T11:00:41.730518Z", "1730518000", "a7305180", "6222 **** 0128"],
)
def test_the_search_takes_no_chance_for_a_code(known: Secrets, chance: str) -> None:
    assert known.leaks(chance.encode()) == set()


def test_the_search_says_what_it_found_but_does_not_repeat_it(known: Secrets) -> None:
    assert known.leaks(b"at_Zk3xQ9-_abcdefghijklmnop") == {"access token at_…"}


def test_the_search_looks_into_every_file_and_every_column(known: Secrets, tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "log.1").write_text("sent 730518 to …")
    (tmp_path / "world.db").write_text("730518")
    assert in_files(known, tmp_path) == [("log.1", "code 730…")]
    path = tmp_path / "planted.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE claims (body BLOB, note TEXT)")
    connection.execute("INSERT INTO claims VALUES (?, ?)", (b'{"code":"730518"}', "123456789"))
    connection.commit()
    connection.close()
    found, count = in_database(known, f"sqlite:///{path}")
    assert found == [
        ("claims.body", "code 730…"),
        ("claims.note", "middle of a card number 123…"),
    ]
    assert count == 2
    assert ("planted.db", "code 730…") in in_files(known, tmp_path)


def test_random_card_numbers_pass_the_check_of_the_wallet() -> None:
    assert len({random_card_number() for _ in range(50)}) == 50
