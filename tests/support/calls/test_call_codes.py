"""Call codes: from the signed-in app, one at a time, one use, never another user's, stored nowhere."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from app.core.http.call import Principal
from app.factory import Wallet
from app.support.calls import codes
from app.support.calls.models import CallCode
from app.support.calls.operations.create_call_code import create_call_code
from app.support.calls.operations.identify_caller import identify_caller
from tests.client import Client
from tests.conftest import Clock
from tests.factories.calls import WRONG, a_code, pick_up, verify
from tests.factories.people import Person, create_person
from tests.factories.staff import Colleague, create_agent


@pytest.fixture
def person(wallet: Wallet) -> Person:
    return create_person(wallet)


@pytest.fixture
def agent(wallet: Wallet) -> Colleague:
    return create_agent(wallet)


def test_a_code_is_six_digits_for_ten_minutes(person: Person, clock: Clock) -> None:
    before = clock.now()
    answer = person.client.post("/v1/support/call-codes")
    assert answer.status == 201
    assert answer["code"].isdigit()
    assert len(answer["code"]) == 6
    assert before.strftime("%Y") in answer["expires_at"]
    assert set(answer.body) == {"code", "expires_at"}


def test_without_a_login_there_is_no_code(client: Client) -> None:
    assert client.post("/v1/support/call-codes").code == "access_token_missing"


def test_a_code_leads_to_its_user_and_stays_good(
    wallet: Wallet, person: Person, agent: Colleague
) -> None:
    code = a_code(person.client)
    for _ in range(2):
        assert identify_caller(wallet.support, agent.agent_id, code) == person.user_id
    assert verify(agent, pick_up(agent, None)["id"], code).status == 200


def test_a_new_code_kills_the_older_one(wallet: Wallet, person: Person, agent: Colleague) -> None:
    first, second = a_code(person.client), a_code(person.client)
    assert identify_caller(wallet.support, agent.agent_id, first) is None
    assert identify_caller(wallet.support, agent.agent_id, second) == person.user_id


def test_a_code_dies_after_ten_minutes(
    wallet: Wallet, person: Person, agent: Colleague, clock: Clock
) -> None:
    code = a_code(person.client)
    clock.advance(minutes=9)
    assert identify_caller(wallet.support, agent.agent_id, code) == person.user_id
    clock.advance(minutes=1)
    assert identify_caller(wallet.support, agent.agent_id, code) is None


def test_a_code_dies_with_the_login_that_asked_for_it(
    wallet: Wallet, person: Person, agent: Colleague
) -> None:
    code = a_code(person.client)
    assert person.client.post("/v1/auth/logout").status == 204
    assert identify_caller(wallet.support, agent.agent_id, code) is None


def test_two_users_never_hold_the_same_code(
    wallet: Wallet, agent: Colleague, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both draw the same six digits; the second gets the next ones that its key gives."""
    people = [create_person(wallet) for _ in range(2)]
    monkeypatch.setattr(codes, "derive_code", lambda *binding: f"{binding[-1]:06d}")
    given = [a_code(person.client) for person in people]
    assert given == ["000000", "000001"]
    found = [identify_caller(wallet.support, agent.agent_id, code) for code in given]
    assert found == [person.user_id for person in people]


def test_an_expired_code_of_somebody_else_is_free_again(
    wallet: Wallet, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (create_person(wallet) for _ in range(2))
    monkeypatch.setattr(codes, "derive_code", lambda *binding: f"{binding[-1]:06d}")
    a_code(first.client)
    clock.advance(minutes=10)
    assert a_code(second.client) == "000000"


def test_where_every_code_that_is_drawn_is_taken_the_service_is_busy(
    wallet: Wallet, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (create_person(wallet) for _ in range(2))
    monkeypatch.setattr(codes, "derive_code", lambda *binding: "123456")
    a_code(first.client)
    assert second.client.post("/v1/support/call-codes").code == "busy"


def test_codes_asked_for_at_once_leave_one(wallet: Wallet, person: Person) -> None:
    with wallet.database.snapshot() as tx:
        session_id = tx.scalars(sa.text("SELECT id FROM user_sessions")).first()
    who = Principal("user", person.user_id, str(session_id))
    with ThreadPoolExecutor(4) as pool:
        given = list(pool.map(lambda _: create_call_code(wallet.support, who), range(4)))
    with wallet.database.snapshot() as tx:
        alive = [codes.find_holder(tx, wallet.keys, one.code) for one in given]
        assert len(tx.scalars(sa.select(CallCode)).all()) == 1
    assert len([holder for holder in alive if holder]) == 1


def test_the_database_holds_no_code(wallet: Wallet, person: Person) -> None:
    code = a_code(person.client)
    with wallet.database.snapshot() as tx:
        row = tx.scalars(sa.select(CallCode)).one()
        held = " ".join(str(getattr(row, column.key)) for column in CallCode.__table__.columns)
    assert code not in held


def test_a_row_that_was_moved_to_another_user_opens_nothing(
    wallet: Wallet, person: Person, agent: Colleague
) -> None:
    code, thief = a_code(person.client), create_person(wallet)
    with wallet.database.transaction() as tx:
        tx.execute(sa.update(CallCode).values(user_id=thief.user_id))
    assert identify_caller(wallet.support, agent.agent_id, code) is None


def test_ten_wrong_codes_an_hour_close_every_door_to_an_agent(
    wallet: Wallet, person: Person, agent: Colleague, clock: Clock
) -> None:
    code = a_code(person.client)
    for _ in range(10):
        assert identify_caller(wallet.support, agent.agent_id, WRONG) is None
    answer = verify(agent, pick_up(agent, None)["id"], code)
    assert (answer.status, answer.code) == (429, "rate_limited")
    assert 3500 < int(answer.headers["Retry-After"]) <= 3600
    assert identify_caller(wallet.support, create_agent(wallet).agent_id, code) == person.user_id
    clock.advance(hours=1)
    assert identify_caller(wallet.support, agent.agent_id, WRONG) is None


def test_right_codes_are_not_counted(wallet: Wallet, person: Person, agent: Colleague) -> None:
    code = a_code(person.client)
    for _ in range(12):
        assert identify_caller(wallet.support, agent.agent_id, code) == person.user_id


def test_of_parallel_guesses_ten_are_judged(wallet: Wallet, agent: Colleague) -> None:
    def guess(number: int) -> bool:
        try:
            identify_caller(wallet.support, agent.agent_id, f"{number:06d}")
        except Exception:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        judged = list(pool.map(guess, range(40)))
    assert judged.count(True) == 10
