"""Many calls at the same moment: at most five guesses are judged, and one-time things work once."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import pytest
import sqlalchemy as sa

from app.auth import doors, hashing
from app.auth.hashing import SlowHash, Verdict
from app.auth.models import BookedTry, DailyGuesses
from app.auth.operations.check_transaction_password import check_transaction_password
from app.auth.operations.confirm_code import confirm_code
from app.auth.rules import BOOKED_TRY_LIFETIME, GUESSES_A_DAY, Door
from app.auth.tries import Booked, Closed, Full, book_try
from app.core.clock import machine_now
from app.core.days import day_of
from app.core.errors import Refusal
from app.core.security import KeyRing
from app.factory import Wallet
from tests.client import Answer, Client
from tests.factories.auth import (
    NEW_PASSWORD,
    PASSWORD,
    PIN,
    Customer,
    Inbox,
    Visitor,
    a_phone,
    create_customer,
)

GUESSES = 50
CODES = 300
RIGHT_ONES = 30


def at_once(calls: Sequence[Callable[[], str]]) -> Counter[str]:
    """Make all calls at the same moment and count how they came out."""
    with ThreadPoolExecutor(len(calls)) as pool:
        return Counter(future.result() for future in [pool.submit(call) for call in calls])


def posting(wallet: Wallet, path: str, body: object) -> Callable[[], str]:
    def call() -> str:
        client = Client(wallet.app.test_client())
        answer: Answer = client.post(path, body, key=None)
        return answer.code if answer.status >= 400 else str(answer.status)

    return call


class CountingHash(SlowHash):
    """Counts what is judged, and hashes as ever."""

    def __init__(self, slow: SlowHash) -> None:
        self.__dict__.update(slow.__dict__)
        self.verified = 0
        self.hashed = 0

    def verify(self, password: str, stored: str | None) -> Verdict:
        self.verified += 1
        return super().verify(password, stored)

    def hash(self, password: str) -> str:
        self.hashed += 1
        return super().hash(password)


@dataclass
class DerivedCodes:
    """Counts how often a code is derived from the key ring, which every comparison needs; `die` ends it there."""

    keys: KeyRing
    count: int = 0
    die: bool = False

    def derive(self, label: str) -> bytes:
        if label == "verification-code":
            self.count += 1
            if self.die:
                raise KeyboardInterrupt
        return KeyRing.derive(self.keys, label)


@pytest.fixture
def derived_codes(wallet: Wallet, monkeypatch: pytest.MonkeyPatch) -> DerivedCodes:
    counting = DerivedCodes(wallet.auth.keys)
    monkeypatch.setattr(wallet.auth.keys, "derive", counting.derive)
    return counting


def test_of_300_parallel_codes_five_are_judged(
    wallet: Wallet, visitor: Visitor, inbox: Inbox, derived_codes: DerivedCodes
) -> None:
    phone = a_phone()
    asked = visitor.ask("reset_password", phone)
    path = f"/v1/auth/verifications/{asked['id']}/confirm"
    inbox.clock.run_due()
    before = derived_codes.count
    results = at_once([posting(wallet, path, {"code": f"{one:06d}"}) for one in range(CODES)])
    judged = derived_codes.count - before
    assert judged == results["code_incorrect"] == 5
    assert set(results) <= {"code_incorrect", "too_many_attempts", "busy"}


def test_a_guess_is_counted_though_its_process_dies_before_the_comparison(
    wallet: Wallet, visitor: Visitor, inbox: Inbox, derived_codes: DerivedCodes
) -> None:
    phone = a_phone()
    asked = visitor.ask("register", phone)
    code = inbox.code(phone)
    derived_codes.die = True
    with pytest.raises(KeyboardInterrupt), wallet.app.app_context():
        confirm_code(wallet.auth, asked["id"], "000000")
    derived_codes.die = False
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    assert visitor.confirm(asked["id"], wrong)["attempts_remaining"] == 3


def test_guesses_over_all_challenges_of_an_account_stay_within_the_day_in_parallel(
    wallet: Wallet, customer: Customer, visitor: Visitor, derived_codes: DerivedCodes
) -> None:
    """Four challenges have twenty tries; one more guess than is left of the day finds the door closed."""
    with wallet.database.transaction() as tx:
        day = day_of(tx.now, wallet.auth.timezone)
        tx.add(DailyGuesses(subject=customer.id, day=day, used=GUESSES_A_DAY - 7))
    paths = [
        f"/v1/auth/verifications/{visitor.ask(purpose, identifier or '')['id']}/confirm"
        for purpose in ("reset_password", "reset_transaction_password")
        for identifier in (customer.phone, customer.email)
    ]
    before = derived_codes.count
    results = at_once([posting(wallet, path, {"code": "000000"}) for path in paths * 5])
    assert derived_codes.count - before == results["code_incorrect"] == 7
    assert results["rate_limited"] == 13


def test_of_twenty_parallel_right_codes_one_gets_the_token(
    wallet: Wallet, visitor: Visitor, inbox: Inbox
) -> None:
    phone = a_phone()
    asked = visitor.ask("register", phone)
    path = f"/v1/auth/verifications/{asked['id']}/confirm"
    results = at_once([posting(wallet, path, {"code": inbox.code(phone)})] * 20)
    assert results["200"] == 1
    assert set(results) <= {"200", "verification_expired", "too_many_attempts"}


def test_of_fifty_parallel_transaction_passwords_five_are_judged(
    wallet: Wallet, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    counting = CountingHash(wallet.auth.hasher.slow)
    monkeypatch.setattr(wallet.auth.hasher, "slow", counting)

    def pay() -> str:
        return what_the_door_says(wallet, customer.id, "000000")

    def change() -> str:
        return customer.set_pin(current_transaction_password="000000").code

    with wallet.app.app_context():
        results = at_once([pay, change] * (GUESSES // 2))
    judged = results["transaction_password_incorrect"]
    assert judged == counting.verified == 5
    assert set(results) <= {
        "transaction_password_incorrect",
        "transaction_password_locked",
        "busy",
    }


def test_of_many_parallel_logins_five_are_judged(wallet: Wallet, customer: Customer) -> None:
    body = {"identifier": customer.phone, "password": "wrong"}
    results = at_once([posting(wallet, "/v1/auth/login", body)] * 20)
    assert results == {"invalid_credentials": 5, "login_locked": 15}


def what_the_door_says(wallet: Wallet, user_id: str, given: str) -> str:
    try:
        check_transaction_password(wallet.auth, user_id, given)
    except Refusal as refusal:
        return refusal.code
    return "open"


@pytest.mark.usefixtures("many_turns")
def test_the_right_transaction_password_passes_however_many_use_it_at_once(
    wallet: Wallet, customer: Customer
) -> None:
    call = partial(what_the_door_says, wallet, customer.id, PIN)
    assert at_once([call] * RIGHT_ONES) == {"open": RIGHT_ONES}


@pytest.mark.usefixtures("many_turns")
def test_the_right_login_password_passes_however_many_use_it_at_once(
    wallet: Wallet, customer: Customer
) -> None:
    body = {"identifier": customer.phone, "password": PASSWORD}
    results = at_once([posting(wallet, "/v1/auth/login", body)] * RIGHT_ONES)
    assert results == {"200": RIGHT_ONES}


@pytest.mark.usefixtures("many_turns")
def test_right_ones_pass_after_four_wrong_ones_however_many_come_at_once(
    wallet: Wallet, customer: Customer
) -> None:
    for _ in range(4):
        what_the_door_says(wallet, customer.id, "000000")
    call = partial(what_the_door_says, wallet, customer.id, PIN)
    assert at_once([call] * 8) == {"open": 8}


@pytest.mark.usefixtures("many_turns")
def test_of_fifty_parallel_wrong_ones_five_are_judged_by_several_workers_too(
    wallet: Wallet, customer: Customer
) -> None:
    call = partial(what_the_door_says, wallet, customer.id, "000000")
    assert at_once([call] * GUESSES) == {
        "transaction_password_incorrect": 5,
        "transaction_password_locked": GUESSES - 5,
    }


def book_one(wallet: Wallet, user_id: str) -> Booked | Closed | Full:
    with wallet.database.transaction() as tx:
        return book_try(tx, Door.TRANSACTION_PASSWORD, user_id)


def book_and_die(wallet: Wallet, user_id: str, count: int) -> None:
    for _ in range(count):
        assert isinstance(book_one(wallet, user_id), Booked)


def let_booked_tries_grow_old(wallet: Wallet) -> None:
    with wallet.database.transaction() as tx:
        old = machine_now() - BOOKED_TRY_LIFETIME
        assert tx.change(sa.update(BookedTry).values(booked_at=old)) > 0


def test_a_try_whose_process_died_costs_one(wallet: Wallet, customer: Customer) -> None:
    book_and_die(wallet, customer.id, 2)
    let_booked_tries_grow_old(wallet)
    refused = customer.set_pin(current_transaction_password="000000")
    assert (refused.code, refused["attempts_remaining"]) == ("transaction_password_incorrect", 2)


def test_tries_whose_processes_died_leave_the_last_one_and_never_close_the_door(
    wallet: Wallet, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors, "LONGEST_WAIT_SECONDS", 0.1)
    for _ in range(2):
        while isinstance(book_one(wallet, customer.id), Booked):
            pass
        assert what_the_door_says(wallet, customer.id, PIN) == "busy"
        let_booked_tries_grow_old(wallet)
    wrong = customer.set_pin(current_transaction_password="000000")
    assert (wrong.code, wrong["attempts_remaining"]) == ("transaction_password_incorrect", 0)
    assert what_the_door_says(wallet, customer.id, PIN) == "transaction_password_locked"


def test_after_tries_that_died_with_their_process_the_right_password_opens(
    wallet: Wallet, customer: Customer
) -> None:
    book_and_die(wallet, customer.id, 5)
    let_booked_tries_grow_old(wallet)
    assert what_the_door_says(wallet, customer.id, PIN) == "open"
    wrong = customer.set_pin(current_transaction_password="000000")
    assert wrong["attempts_remaining"] == 4


def test_a_wrong_one_that_was_given_up_for_lost_still_takes_the_last_try(
    wallet: Wallet, customer: Customer
) -> None:
    late = [book_one(wallet, customer.id) for _ in range(5)]
    let_booked_tries_grow_old(wallet)
    with wallet.database.transaction() as tx:
        book_try(tx, Door.TRANSACTION_PASSWORD, customer.id)
    assert isinstance(late[0], Booked)
    assert doors.count_wrong(wallet.auth, late[0]) == 0
    assert what_the_door_says(wallet, customer.id, PIN) == "transaction_password_locked"


def test_of_parallel_refreshes_one_wins_and_the_session_ends(
    wallet: Wallet, customer: Customer
) -> None:
    body = {"refresh_token": customer.refresh_token}
    results = at_once([posting(wallet, "/v1/auth/refresh", body)] * 10)
    assert results == {"200": 1, "refresh_token_reused": 9}
    assert customer.client.get("/v1/me").code == "access_token_invalid"


def test_of_parallel_resets_with_one_token_one_gets_through(
    wallet: Wallet, customer: Customer, visitor: Visitor
) -> None:
    token = visitor.token("reset_password", customer.phone or "")
    passwords = [f"Orchid-river-{number}" for number in range(6)]
    bodies = [
        {
            "verification_token": token,
            "new_password": password,
            "new_password_confirmation": password,
        }
        for password in passwords
    ]
    results = at_once([posting(wallet, "/v1/auth/password-resets", body) for body in bodies])
    assert results == {"204": 1, "verification_token_invalid": 5}


def test_a_refresh_that_races_a_reset_leaves_no_session(wallet: Wallet, visitor: Visitor) -> None:
    """Whichever comes first, no token of before the reset opens anything after it, nor one that was made meanwhile."""
    for _ in range(5):
        victim = create_customer(wallet)
        token = visitor.token("reset_password", victim.phone or "")
        answers: list[Answer] = []

        def refreshing(body: dict[str, str], kept: list[Answer] = answers) -> str:
            kept.append(Client(wallet.app.test_client()).post("/v1/auth/refresh", body, key=None))
            return "refresh"

        reset = {
            "verification_token": token,
            "new_password": NEW_PASSWORD,
            "new_password_confirmation": NEW_PASSWORD,
        }
        refresh = partial(refreshing, {"refresh_token": victim.refresh_token})
        results = at_once([posting(wallet, "/v1/auth/password-resets", reset), refresh])
        assert results == {"204": 1, "refresh": 1}
        [made] = answers
        assert made.status == 200 or made.code == "refresh_token_invalid", made.body
        tokens = [victim.client.headers["Authorization"].partition(" ")[2]]
        refreshers = [victim.refresh_token]
        if made.status == 200:
            tokens.append(made["access_token"])
            refreshers.append(made["refresh_token"])
        for access in tokens:
            assert victim.client.as_bearer(access).get("/v1/me").code == "access_token_invalid"
        for old in refreshers:
            assert visitor.refresh(old).status == 401


def test_of_parallel_requests_for_a_code_one_is_sent(
    wallet: Wallet, visitor: Visitor, inbox: Inbox
) -> None:
    body = {"purpose": "register", "identifier": a_phone()}
    results = at_once([posting(wallet, "/v1/auth/verifications", body)] * 10)
    assert results == {"202": 1, "resend_too_soon": 9}
    assert len(inbox.texts(str(body["identifier"]))) == 1


def test_of_parallel_removals_one_identifier_stays(customer: Customer) -> None:
    def removal(kind: str) -> Callable[[], str]:
        path = f"/v1/me/identifiers/{kind}"
        return lambda: str(customer.client.delete(path, {"password": PASSWORD}).status)

    assert at_once([removal("phone"), removal("email")]) == {"200": 1, "409": 1}


def test_a_login_that_began_before_a_reset_opens_no_session(
    wallet: Wallet, customer: Customer, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The password is right when it is judged and changed before the session begins."""
    token = visitor.token("reset_password", customer.phone or "")
    slow = wallet.auth.hasher.slow

    class ResettingHash(CountingHash):
        def verify(self, password: str, stored: str | None) -> Verdict:
            verdict = super().verify(password, stored)
            wallet.auth.hasher.slow = slow
            assert visitor.reset(token, NEW_PASSWORD).status == 204
            return verdict

    monkeypatch.setattr(wallet.auth.hasher, "slow", ResettingHash(slow))
    assert visitor.log_in(customer.phone or "").code == "invalid_credentials"
    assert visitor.log_in(customer.phone or "", NEW_PASSWORD).status == 200


def test_a_busy_hasher_costs_nobody_a_try(
    wallet: Wallet, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hashing, "LONGEST_WAIT_SECONDS", 0.1)
    hasher = wallet.auth.hasher
    permits = 0
    while hasher._turns.acquire(blocking=False):
        permits += 1
    try:
        refused = customer.change_password(current="wrong")
        assert (refused.status, refused.code) == (503, "busy")
        assert refused.headers["Retry-After"] == "1"
    finally:
        hasher._turns.release(permits)
    assert customer.change_password(current="wrong")["attempts_remaining"] == 4
