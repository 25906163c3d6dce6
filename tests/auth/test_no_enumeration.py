"""Without a login nobody learns whether an account exists: not from body, status, headers or work done."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.factory import Wallet
from tests.auth.test_parallel_guesses import CountingHash
from tests.client import Answer
from tests.conftest import Clock
from tests.factories.auth import Customer, Visitor, a_phone, an_email

VARYING = {"Date", "X-Request-Id"}
WAITS = re.compile(r"[0-9]+$")
JUST_A_KIND = {"id", "request_id", "destination", "expires_at", "resend_at"}
A_MINUTE = timedelta(seconds=61)


def shape(answer: Answer) -> object:
    """What an outsider can compare: status, headers, and the body without ids, times and masked parts."""
    headers = sorted(
        (name, _about(value) if name in {"Retry-After", "RateLimit"} else value)
        for name, value in answer.headers.items()
        if name not in VARYING
    )
    body = dict(answer.body or {})
    for name in JUST_A_KIND & body.keys():
        body[name] = type(body[name])
    if "retry_after" in body:  # the two are asked some moments apart
        body["retry_after"] = round(body["retry_after"] / 60)
    return answer.status, headers, body


def _about(value: str) -> str:
    """A header that ends with seconds to wait, in minutes: the two are asked some moments apart."""
    return WAITS.sub(lambda seconds: str(round(int(seconds[0]) / 60)), value)


@contextmanager
def work_counted(wallet: Wallet) -> Iterator[list[str]]:
    """The statements, by their first words and table, and slow hashes that a block costs."""
    work: list[str] = []
    counting = CountingHash(wallet.auth.hasher.slow)

    def note(conn: object, cursor: object, statement: str, *_: object) -> None:
        work.append(statement)

    with wallet.app.app_context():
        engine = wallet.database.engine
    wallet.auth.hasher.slow, before = counting, wallet.auth.hasher.slow
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield work
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
        wallet.auth.hasher.slow = before
        work.append(f"{counting.verified} verified, {counting.hashed} hashed")


@pytest.mark.parametrize("purpose", ["reset_password", "reset_transaction_password"])
@pytest.mark.parametrize("channel", ["phone", "email"])
def test_recovery_answers_and_works_alike_for_known_and_unknown(
    purpose: str, channel: str, customer: Customer, visitor: Visitor, wallet: Wallet, clock: Clock
) -> None:
    known = str(getattr(customer, channel))
    unknown = {"phone": a_phone, "email": an_email}[channel]()
    compare_codes(purpose, known, unknown, visitor, wallet, clock)


def test_registering_answers_and_works_alike_for_taken_and_free(
    customer: Customer, visitor: Visitor, wallet: Wallet, clock: Clock
) -> None:
    compare_codes("register", customer.phone or "", a_phone(), visitor, wallet, clock)


def test_asking_to_add_an_identifier_answers_and_works_alike_for_taken_and_free(
    customer: Customer, visitor: Visitor, wallet: Wallet, clock: Clock
) -> None:
    compare_codes("add_identifier", customer.email or "", an_email(), visitor, wallet, clock)


@pytest.mark.parametrize("purpose", ["register", "reset_password", "add_identifier"])
def test_an_address_is_masked_as_it_is_compared_and_not_as_its_owner_writes_it(
    purpose: str, customer: Customer, visitor: Visitor, clock: Clock
) -> None:
    """Else a resend after asking in capitals would answer in small letters where there is an account."""
    shown = []
    for email in (customer.email or "", an_email()):
        asked = visitor.ask(purpose, email.replace("li.", "LI."))
        clock.jump_to(clock.now() + A_MINUTE)
        shown.append((asked["destination"], visitor.resend(asked["id"])["destination"]))
    assert shown == [("l***@example.test", "l***@example.test")] * 2


def compare_codes(
    purpose: str, one: str, other: str, visitor: Visitor, wallet: Wallet, clock: Clock
) -> None:
    """Ask, ask too soon, guess until the door closes, resend, run into the caps."""

    def play(identifier: str) -> tuple[list[object], list[str]]:
        answers = []
        with work_counted(wallet) as work:
            asked = visitor.ask(purpose, identifier)
            answers += [asked, visitor.ask(purpose, identifier), visitor.resend(asked["id"])]
            answers += [visitor.confirm(asked["id"], "000000") for _ in range(6)]
        return [shape(answer) for answer in answers], work

    assert play(one) == play(other)
    for _ in range(5):
        clock.jump_to(clock.now() + A_MINUTE)
        assert shape(visitor.ask(purpose, one)) == shape(visitor.ask(purpose, other))


def test_signing_in_answers_and_works_alike_for_known_and_unknown(
    customer: Customer, visitor: Visitor, wallet: Wallet
) -> None:
    def play(identifier: str) -> tuple[list[object], list[str]]:
        with work_counted(wallet) as work:
            answers = [visitor.log_in(identifier, "wrong") for _ in range(7)]
        return [shape(answer) for answer in answers], work

    known, unknown = play(customer.phone or ""), play(a_phone())
    assert known == unknown
    assert known[1][-1] == "5 verified, 0 hashed"


def test_codes_for_a_new_number_and_for_recovery_are_counted_apart(
    customer: Customer, visitor: Visitor, clock: Clock
) -> None:
    """Or 25 guesses at one kind would tell, by what the other kind answers, whether there is an account."""
    results = []
    for phone in (customer.phone or "", a_phone()):
        for _ in range(5):
            asked = visitor.ask("register", phone)
            for _ in range(5):
                visitor.confirm(asked["id"], "000000")
            clock.jump_to(clock.now() + timedelta(minutes=3))
        asked = visitor.ask("reset_password", phone)
        results.append(shape(visitor.confirm(asked["id"], "000000")))
    assert results[0] == results[1]
