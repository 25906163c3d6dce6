"""SIGKILL of everything at one moment: a mail that is being kept, an agent's password that is being compared.

The moment is held from outside, in the database: by a lock for which the commit waits, by a hash that takes long.
"""

import smtplib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import httpx2
import pyotp
import pytest
import sqlalchemy as sa

from app.auth.models import Agent, BookedTry
from app.auth.rules import BOOKED_TRY_LIFETIME
from app.core.clock import machine_now
from app.support.mailroom.models import SupportMail
from tests.journeys.desk import DeskAgent, an_agent
from tests.journeys.server import Server, until
from tests.journeys.test_mail import MEI, mail_to, said, smtp, write

WORDS = "昨天下午三点的 128 元付款失败。"
NO_ANSWER_SECONDS = 0.5
WRONG = "Orchid-river-42"
SLOWEST_HASH = "$argon2id$v=19$m=19456,t=100000,p=1$" + "A" * 22 + "$" + "A" * 43
"""As many passes as take far longer than a test; who verifies a hash goes by what stands in it."""


@pytest.fixture
def books(house: Server) -> Iterator[sa.Engine]:
    """The server's database, from outside."""
    url = house.settings.get("WALLET_DATABASE_URL", f"sqlite:///{house.data_dir / 'wallet.db'}")
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    yield engine
    engine.dispose()


@contextmanager
def nobody_keeps_mail(books: sa.Engine) -> Iterator[None]:
    """Whoever wants to write a mail waits until the block ends."""
    lock = "BEGIN IMMEDIATE" if books.name == "sqlite" else "LOCK TABLE support_mails IN SHARE MODE"
    with books.connect() as connection:
        connection.exec_driver_sql(lock)
        yield


def mails(books: sa.Engine) -> list[str]:
    """What became of each mail, oldest first."""
    with books.connect() as connection:
        incoming = sa.select(SupportMail.status).where(SupportMail.direction == "in")
        return list(connection.scalars(incoming.order_by(SupportMail.created_at, SupportMail.id)))


def send_to_the_last_byte(house: Server) -> smtplib.SMTP:
    """A session in which a mail was sent, with the dot at its end, and no answer was read yet."""
    session, mail = smtp(house), mail_to(house, MEI, WORDS)
    session.ehlo()
    session.mail(MEI)
    session.rcpt(str(mail["To"]))
    session.putcmd("data")
    assert session.getreply()[0] == 354
    session.send(mail.as_bytes().replace(b"\n", b"\r\n") + b"\r\n.\r\n")
    return session


def hears(session: smtplib.SMTP) -> bytes | None:
    """What comes now; nothing from a server that is gone, None from one that keeps silent."""
    assert session.sock is not None
    session.sock.settimeout(NO_ANSWER_SECONDS)
    try:
        return session.sock.recv(100)
    except TimeoutError:
        return None
    except ConnectionError:
        return b""


def expect_it_once(house: Server, books: sa.Engine, sent_again: int) -> None:
    """The mail is in one case, however often it is sent again."""
    known = len(mails(books))
    for _ in range(sent_again):
        write(house, MEI, WORDS)
    until(lambda: len(mails(books)) == known + sent_again and "received" not in mails(books))
    agent = an_agent(house)
    [case] = agent.call("GET", "/conversations?channel=email")["data"]
    assert said(agent, case["id"]) == [("user", WORDS)]


def test_a_mail_that_was_not_kept_before_the_kill_was_not_accepted(
    house: Server, books: sa.Engine
) -> None:
    with nobody_keeps_mail(books), closing(send_to_the_last_byte(house)) as session:
        assert hears(session) is None, "250 for a mail that is nowhere"
        house.kill_all()
        assert hears(session) == b""
    house.start()
    assert mails(books) == []
    expect_it_once(house, books, sent_again=2)
    assert sorted(mails(books)) == ["accepted", "duplicate"]


def test_a_mail_that_was_kept_before_the_kill_is_there_though_its_sender_never_heard(
    house: Server, books: sa.Engine
) -> None:
    with closing(send_to_the_last_byte(house)):
        until(lambda: mails(books))
        house.kill_all()
    house.start()
    expect_it_once(house, books, sent_again=0)
    expect_it_once(house, books, sent_again=1)
    assert sorted(mails(books)) == ["accepted", "duplicate"]


def log_in(house: Server, agent: DeskAgent, password: str, totp: str) -> httpx2.Response:
    body = {"email": agent.made["email"], "password": password, "totp": totp}
    return house.call("POST", "/internal/v1/auth/login", body)


def booked_tries(books: sa.Engine) -> int:
    with books.connect() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(BookedTry)) or 0


def swap_hash(books: sa.Engine, agent: DeskAgent, hash_: str) -> str:
    """Give the agent another password hash; returns the one before."""
    mine = Agent.id == agent.id
    with books.begin() as connection:
        before = connection.scalars(sa.select(Agent.password_hash).where(mine)).one()
        connection.execute(sa.update(Agent).where(mine).values(password_hash=hash_))
    return before


def test_an_agents_try_is_counted_before_it_is_compared_so_no_kill_makes_a_guess_free(
    house: Server, books: sa.Engine
) -> None:
    agent = an_agent(house)
    own_hash = swap_hash(books, agent, SLOWEST_HASH)
    with ThreadPoolExecutor(1) as pool:
        guess = pool.submit(log_in, house, agent, WRONG, "000000")
        until(lambda: booked_tries(books))
        house.kill_all()
        with pytest.raises(httpx2.TransportError):
            guess.result()
    assert booked_tries(books) == 1
    swap_hash(books, agent, own_hash)
    with books.begin() as connection:  # so old that it is given up for lost
        connection.execute(
            sa.update(BookedTry).values(booked_at=machine_now() - BOOKED_TRY_LIFETIME)
        )

    house.start()
    for left in (3, 2, 1, 0):
        assert log_in(house, agent, WRONG, "000000").json()["attempts_remaining"] == left
    code = pyotp.TOTP(agent.made["totp_secret"]).now()
    refused = log_in(house, agent, agent.made["password"], code)
    assert refused.json()["code"] == "login_locked"
