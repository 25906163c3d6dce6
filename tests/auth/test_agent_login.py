"""How agents sign in and out: password and TOTP, each code once, all that is wrong answered alike."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.audit.models import AuditEntry
from app.auth.errors import INVALID_CREDENTIALS
from app.auth.models import Agent
from app.auth.rules import Role
from app.core.clock import from_ms
from app.factory import Wallet
from tests.auth.test_no_enumeration import shape, work_counted
from tests.client import Client
from tests.conftest import Clock
from tests.factories.desk_accounts import LOGIN, STEP, Staff, a_desk_email, create_staff, step_of
from tests.factories.staff import create_agent

ME = "/internal/v1/me"
LOGOUT = "/internal/v1/auth/logout"
ON_SQLITE = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)


@pytest.fixture
def mei(wallet: Wallet, clock: Clock) -> Staff:
    clock.jump_to(from_ms(step_of(clock.now() + STEP) * 30_000))  # no step ends while a test runs
    return create_staff(wallet, clock)


def trail(wallet: Wallet, *actions: str) -> list[AuditEntry]:
    with wallet.database.snapshot() as tx:
        wanted = sa.select(AuditEntry).where(AuditEntry.action.in_(actions))
        return list(tx.scalars(wanted.order_by(AuditEntry.seq)))


def test_password_and_totp_open_a_session_of_eight_hours(mei: Staff) -> None:
    answer = mei.log_in(mei.code())
    assert (answer.status, answer["expires_in"], answer["token_type"]) == (200, 28_800, "Bearer")
    who = {"id": mei.id, "email": mei.email, "display_name": "Mei", "role": "agent"}
    assert answer["agent"] == who
    assert mei.visitor.as_bearer(answer["access_token"]).get(ME).body == who


def test_an_address_is_found_whatever_its_case(mei: Staff) -> None:
    assert mei.log_in(mei.code(), email=mei.email.upper()).status == 200


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_the_code_of_the_step_before_and_after_counts_too(mei: Staff, steps: int) -> None:
    assert mei.log_in(mei.code(steps=steps)).status == 200


@pytest.mark.parametrize("steps", [-3, -2, 3])
def test_an_older_or_a_later_code_counts_for_nothing(mei: Staff, steps: int) -> None:
    assert mei.log_in(mei.code(steps=steps)).code == "invalid_credentials"


def test_codes_follow_the_virtual_clock(mei: Staff) -> None:
    old = mei.code()
    mei.clock.jump_to(mei.clock.now() + timedelta(days=3))
    assert mei.log_in(old).code == "invalid_credentials"
    assert mei.log_in(mei.code()).status == 200


def test_a_code_opens_once_and_an_older_one_not_at_all_after_it(mei: Staff) -> None:
    before, now = mei.code(steps=-1), mei.code()
    assert mei.log_in(now).status == 200
    assert mei.log_in(now).code == mei.log_in(before).code == "invalid_credentials"
    assert mei.log_in(mei.code(steps=1)).status == 200


def test_a_code_with_a_wrong_password_is_not_used_up(mei: Staff) -> None:
    assert mei.log_in(mei.code(), password="wrong").code == "invalid_credentials"
    assert mei.log_in(mei.code()).status == 200


def test_a_recovery_code_stands_in_for_a_totp_once(mei: Staff, wallet: Wallet) -> None:
    first, second = mei.recovery_codes[:2]
    assert mei.log_in(first).status == 200
    assert mei.log_in(first).code == "invalid_credentials"
    assert mei.log_in(second.upper()).status == 200
    assert len(set(mei.recovery_codes)) == 10
    used = [entry.detail["factor"] for entry in trail(wallet, "log_in")]
    assert used == ["recovery_code", "recovery_code"]


def test_anothers_recovery_code_opens_nothing(mei: Staff, wallet: Wallet, clock: Clock) -> None:
    other = create_staff(wallet, clock)
    assert mei.log_in(other.recovery_codes[0]).code == "invalid_credentials"
    assert other.log_in(other.recovery_codes[0]).status == 200


@ON_SQLITE
@pytest.mark.parametrize(
    "totp", ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "123456\n", "abcd-abcd"]
)
def test_what_is_neither_six_digits_nor_a_recovery_code_is_no_request(
    mei: Staff, totp: str, wallet: Wallet
) -> None:
    assert mei.log_in(totp).code == "validation_failed"
    assert trail(wallet, "refuse_log_in") == []


@ON_SQLITE
@pytest.mark.parametrize("left_out", ["email", "password", "totp"])
def test_all_three_are_needed(mei: Staff, left_out: str) -> None:
    body = {"email": mei.email, "password": mei.password, "totp": mei.code()}
    del body[left_out]
    assert mei.visitor.post(LOGIN, body, key=None).code == "validation_failed"


def test_a_sandbox_agents_secret_makes_codes_too(
    wallet: Wallet, client: Client, clock: Clock
) -> None:
    ready = client.post("/sandbox/v1/agents", {"role": "supervisor"})
    staff = Staff(
        ready["agent"]["id"],
        ready["email"],
        ready["password"],
        ready["totp_secret"],
        [],
        client,
        clock,
    )
    answer = staff.log_in(staff.code())
    assert (answer.status, answer["agent"]) == (200, ready["agent"])
    assert client.as_bearer(ready["access_token"]).get(ME).status == 200


def test_five_wrong_tries_lock_the_address_for_half_an_hour_known_or_not(
    mei: Staff, clock: Clock
) -> None:
    for email in (mei.email, a_desk_email()):
        left = [
            mei.log_in("000000", email=email, password="x")["attempts_remaining"] for _ in range(5)
        ]
        assert left == [4, 3, 2, 1, 0]
        locked = mei.log_in(mei.code(), email=email)
        assert (locked.status, locked.code) == (429, "login_locked")
        assert 1790 < locked["retry_after"] <= 1800
    clock.jump_to(clock.now() + timedelta(minutes=30))
    assert mei.log_in(mei.code()).status == 200


def test_a_wrong_totp_counts_like_a_wrong_password_and_a_right_try_forgets_both(mei: Staff) -> None:
    mei.log_in(mei.code(), password="wrong")
    assert mei.log_in("000000")["attempts_remaining"] == 3
    assert mei.log_in(mei.code()).status == 200
    assert mei.log_in("000000")["attempts_remaining"] == 4


def test_users_and_agents_of_one_address_are_counted_apart(
    mei: Staff, client: Client, wallet: Wallet
) -> None:
    for _ in range(6):
        body = {"identifier": mei.email, "password": "wrong"}
        last = client.post("/v1/auth/login", body, key=None)
    assert last.code == "login_locked"
    assert mei.log_in(mei.code()).status == 200


def test_whatever_is_wrong_is_answered_and_works_alike(wallet: Wallet, clock: Clock) -> None:
    """Unknown address, wrong password, wrong TOTP, an old and a used one, disabled; then the lock."""
    used = create_staff(wallet, clock)
    spent = used.code()
    assert used.log_in(spent).status == 200
    right, wrong_password, wrong_code, old_code, disabled = (
        create_staff(wallet, clock) for _ in range(5)
    )
    with wallet.database.transaction() as tx:
        tx.execute(sa.update(Agent).where(Agent.id == disabled.id).values(disabled_at=tx.now))
    tries: dict[str, tuple[Staff, str, dict[str, str]]] = {
        "unknown": (right, right.code(), {"email": "nobody@desk.example.test"}),
        "no address": (right, right.code(), {"email": "nobody"}),
        "password": (wrong_password, wrong_password.code(), {"password": "wrong"}),
        "code": (wrong_code, "000000", {}),
        "old code": (old_code, old_code.code(steps=-5), {}),
        "used code": (used, spent, {}),
        "disabled": (disabled, disabled.code(), {}),
    }
    seen = {}
    for name, (staff, totp, told) in tries.items():
        with work_counted(wallet) as work:
            answers = [staff.log_in(totp, **told) for _ in range(7)]
        seen[name] = ([shape(answer) for answer in answers], work)
        assert [answer.status for answer in answers] == [401] * 5 + [429] * 2, name
        assert answers[0].code == INVALID_CREDENTIALS.code
        assert work[-1] == "5 verified, 0 hashed"
    first = seen.pop("unknown")
    for name, other in seen.items():
        assert other == first, name


def test_with_the_right_password_a_wrong_recovery_code_costs_the_same_work(
    wallet: Wallet, mei: Staff
) -> None:
    def play(password: str | None) -> tuple[object, list[str]]:
        with work_counted(wallet) as work:
            answer = mei.log_in("aaaa-bbbb-cccc-dddd", password=password)
        return answer.status, work

    assert play("wrong") == play(None)


def test_every_sign_in_every_refusal_and_every_sign_out_is_in_the_audit(
    mei: Staff, wallet: Wallet
) -> None:
    stranger = "somebody.else@desk.example.test"
    mei.log_in("000000")
    for _ in range(6):
        mei.log_in("000000", email=stranger)
    client = mei.signed_in()
    assert client.post(LOGOUT).status == 204
    entries = trail(wallet, "refuse_log_in", "log_in", "log_out")
    first, *strangers, came, went = entries
    assert (first.actor, first.subject) == ("anonymous", mei.id)
    assert [entry.detail["code"] for entry in strangers] == ["invalid_credentials"] * 5 + [
        "login_locked"
    ]
    (subject,) = {entry.subject for entry in strangers}
    assert subject is not None
    assert subject.startswith("unknown:")
    assert (came.actor, came.subject, came.detail["factor"]) == (mei.id, mei.id, "totp")
    assert (went.actor, went.detail) == (mei.id, {"session_id": came.detail["session_id"]})
    with wallet.database.snapshot() as tx:
        written = str([entry.__dict__ for entry in tx.scalars(sa.select(AuditEntry))])
    assert stranger not in written
    assert mei.email not in written


def test_signing_out_ends_that_session_only_and_once(mei: Staff, wallet: Wallet) -> None:
    here, there = mei.signed_in(), mei.signed_in()
    assert here.post(LOGOUT).status == 204
    assert here.get(ME).code == here.post(LOGOUT).code == "access_token_invalid"
    assert there.get(ME).status == 200
    assert len(trail(wallet, "log_out")) == 1


def test_a_session_ends_after_fifteen_idle_minutes_and_eight_hours(
    mei: Staff, clock: Clock
) -> None:
    client = mei.signed_in()
    began = clock.now()
    while clock.now() < began + timedelta(hours=7, minutes=45):
        clock.jump_to(clock.now() + timedelta(minutes=14))
        assert client.get(ME).status == 200
    clock.jump_to(began + timedelta(hours=8))
    assert client.get(ME).code == "access_token_expired"
    idle = mei.signed_in()
    clock.jump_to(clock.now() + timedelta(minutes=15))
    assert idle.get(ME).code == "access_token_expired"


@ON_SQLITE
def test_a_user_is_no_agent_and_signs_in_at_no_desk(wallet: Wallet, client: Client) -> None:
    user = client.post("/sandbox/v1/users", {"email": "li@desk.example.test"})
    body = {"email": "li@desk.example.test", "password": user["password"], "totp": "000000"}
    assert client.post(LOGIN, body, key=None).code == "invalid_credentials"
    assert client.as_bearer(user["access_token"]).get(ME).code == "access_token_invalid"


@ON_SQLITE
@pytest.mark.parametrize("role", list(Role))
def test_everybody_may_ask_who_they_are(wallet: Wallet, role: Role) -> None:
    assert create_agent(wallet, role).client.get(ME)["role"] == role
