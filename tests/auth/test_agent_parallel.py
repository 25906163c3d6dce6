"""Agents' logins all at once, and killed in the middle: five guesses are judged, and a code opens one session."""

from collections.abc import Callable
from functools import partial

import pytest
import sqlalchemy as sa

from app.audit.rules import SYSTEM
from app.auth.hashing import SlowHash, Verdict
from app.auth.models import AgentSession
from app.auth.operations.change_agent import AgentChange, change_agent
from app.auth.operations.log_in_agent import log_in_agent
from app.auth.operations.reset_agent import reset_agent_totp
from app.auth.rules import Role
from app.core.errors import Refusal
from app.factory import Wallet
from tests.auth.test_parallel_guesses import CountingHash, at_once, let_booked_tries_grow_old
from tests.conftest import Clock
from tests.factories.desk_accounts import Staff, create_staff

GUESSES = 300


@pytest.fixture
def mei(wallet: Wallet, clock: Clock) -> Staff:
    return create_staff(wallet, clock)


def outcome(call: Callable[[], object]) -> str:
    try:
        call()
    except Refusal as refusal:
        return refusal.code
    return "done"


def sign_in(wallet: Wallet, mei: Staff, totp: str) -> str:
    return outcome(lambda: log_in_agent(wallet.auth, mei.email, mei.password, totp))


def sessions(wallet: Wallet) -> int:
    with wallet.database.snapshot() as tx:
        return tx.scalar(sa.select(sa.func.count()).select_from(AgentSession)) or 0


def test_of_300_parallel_totps_five_are_judged(
    wallet: Wallet, mei: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    counting = CountingHash(wallet.auth.hasher.slow)
    monkeypatch.setattr(wallet.auth.hasher, "slow", counting)
    with wallet.app.app_context():
        calls = [partial(sign_in, wallet, mei, f"{one:06d}") for one in range(GUESSES)]
        results = at_once(calls)
    assert results["invalid_credentials"] == counting.verified == 5
    assert set(results) <= {"invalid_credentials", "login_locked", "busy"}
    assert sessions(wallet) == 0


@pytest.mark.usefixtures("many_turns")
@pytest.mark.parametrize("what", ["totp", "recovery code"])
def test_of_calls_with_one_code_at_once_one_gets_in(wallet: Wallet, mei: Staff, what: str) -> None:
    code = mei.code() if what == "totp" else mei.recovery_codes[0]
    results = at_once([partial(sign_in, wallet, mei, code)] * 5)
    assert results == {"done": 1, "invalid_credentials": 4}
    assert sessions(wallet) == 1


def test_a_process_that_dies_while_it_judges_leaves_a_try_that_counts(
    wallet: Wallet, mei: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = wallet.auth.hasher.slow

    class DyingHash(CountingHash):
        def verify(self, password: str, stored: str | None) -> Verdict:
            raise KeyboardInterrupt

    monkeypatch.setattr(wallet.auth.hasher, "slow", DyingHash(slow))
    with pytest.raises(KeyboardInterrupt):
        sign_in(wallet, mei, mei.code())
    monkeypatch.setattr(wallet.auth.hasher, "slow", slow)
    let_booked_tries_grow_old(wallet)
    assert sessions(wallet) == 0
    assert mei.log_in("000000")["attempts_remaining"] == 3


def test_a_code_is_used_up_though_the_answer_was_lost(wallet: Wallet, mei: Staff) -> None:
    """Code and session are committed together: nobody opens a second one with it."""
    code = mei.code()
    assert sign_in(wallet, mei, code) == "done"  # and nobody hears of it
    assert mei.log_in(code).code == "invalid_credentials"
    assert sessions(wallet) == 1


def test_a_login_that_began_before_a_reset_of_the_totp_opens_no_session(
    wallet: Wallet, mei: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    for code in (mei.code(), mei.recovery_codes[0]):
        during(wallet, monkeypatch, lambda: reset_agent_totp(wallet.auth, SYSTEM, mei.id))
        assert sign_in(wallet, mei, code) == "invalid_credentials"
    assert sessions(wallet) == 0


def test_a_login_that_began_before_the_agent_was_disabled_opens_no_session(
    wallet: Wallet, mei: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = AgentChange(disabled=True)
    during(wallet, monkeypatch, lambda: change_agent(wallet.auth, SYSTEM, mei.id, change))
    assert sign_in(wallet, mei, mei.code()) == "invalid_credentials"
    assert sessions(wallet) == 0


def during(wallet: Wallet, monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Have something happen while the next password is judged."""
    slow: SlowHash = wallet.auth.hasher.slow

    class InterruptedHash(CountingHash):
        def verify(self, password: str, stored: str | None) -> Verdict:
            verdict = super().verify(password, stored)
            wallet.auth.hasher.slow = slow
            happens()
            return verdict

    monkeypatch.setattr(wallet.auth.hasher, "slow", InterruptedHash(slow))


def test_of_two_admins_who_demote_each_other_at_once_one_stays(
    wallet: Wallet, clock: Clock
) -> None:
    one, other = (create_staff(wallet, clock, Role.ADMIN) for _ in range(2))
    down = AgentChange(role=Role.AGENT)
    results = at_once(
        [
            partial(outcome, partial(change_agent, wallet.auth, by.id, whom.id, down))
            for by, whom in ((one, other), (other, one))
        ]
    )
    assert results == {"done": 1, "last_admin": 1}
