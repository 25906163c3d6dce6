"""Making, changing and resetting agents: what is shown once, what ends at once, and who may."""

import re
import xml.etree.ElementTree as ET
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
import sqlalchemy as sa

from app.audit.models import AuditEntry
from app.auth.passwords import COMPOSITION, password_violations
from app.auth.rules import Role
from app.core.tables import Base
from app.factory import Wallet
from tests.client import Answer, Client
from tests.conftest import Clock
from tests.factories.desk_accounts import DESK_PASSWORD, Staff, a_desk_email, create_staff
from tests.factories.staff import Colleague, create_agent

AGENTS = "/internal/v1/agents"
PASSWORD = "/internal/v1/auth/password"
ME = "/internal/v1/me"
NEW_PASSWORD = "Orchid-river-42"
ON_SQLITE = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)


@pytest.fixture
def admin(wallet: Wallet) -> Colleague:
    return create_agent(wallet, Role.ADMIN)


@pytest.fixture
def mei(wallet: Wallet, clock: Clock) -> Staff:
    return create_staff(wallet, clock)


def staff_of(answer: Answer, visitor: Client, clock: Clock) -> Staff:
    agent = answer["agent"]
    return Staff(
        agent["id"],
        agent["email"],
        answer["password"],
        answer["totp"]["secret"],
        answer["recovery_codes"],
        visitor,
        clock,
    )


def last_act(wallet: Wallet, action: str) -> AuditEntry:
    with wallet.database.snapshot() as tx:
        wanted = sa.select(AuditEntry).where(AuditEntry.action == action)
        entry = tx.scalars(wanted.order_by(AuditEntry.seq.desc())).first()
    assert entry is not None
    return entry


def test_a_new_agent_signs_in_with_what_is_answered_once(
    wallet: Wallet, admin: Colleague, client: Client, clock: Clock
) -> None:
    email = a_desk_email()
    made = admin.client.post(AGENTS, {"email": email, "display_name": "Mei", "role": "supervisor"})
    assert made.status == 201
    account = made["agent"]
    assert (account["email"], account["role"], account["status"]) == (email, "supervisor", "active")
    assert password_violations(made["password"], identifiers=(email,), policy=COMPOSITION) == ()
    assert len(made["recovery_codes"]) == 10
    new = staff_of(made, client, clock)
    assert new.signed_in().get(ME)["role"] == "supervisor"
    assert new.log_in(new.recovery_codes[3]).status == 200
    entry = last_act(wallet, "create_agent")
    assert (entry.actor, entry.subject) == (admin.agent_id, new.id)
    assert entry.detail == {"role": "supervisor"}
    assert admin.client.get(f"{AGENTS}/{new.id}").body == account


def test_the_picture_and_the_address_are_of_the_secret(admin: Colleague) -> None:
    email = a_desk_email()
    totp = admin.client.post(AGENTS, {"email": email})["totp"]
    uri = urlsplit(totp["otpauth_uri"])
    assert (uri.scheme, uri.netloc, uri.path) == (
        "otpauth",
        "totp",
        f"/U-Wallet:{email}".replace("@", "%40"),
    )
    assert parse_qs(uri.query) == {"secret": [totp["secret"]], "issuer": ["U-Wallet"]}
    parsed = pyotp.parse_uri(totp["otpauth_uri"])
    assert isinstance(parsed, pyotp.TOTP)
    assert (parsed.interval, parsed.digits) == (30, 6)
    picture = ET.fromstring(totp["qr_svg"])
    assert picture.tag.endswith("svg")
    assert {part.tag.rpartition("}")[2] for part in picture.iter()} <= {"svg", "path", "g"}
    assert not re.search(r"script|href|on[a-z]+=|url\(", totp["qr_svg"])


@ON_SQLITE
def test_a_name_and_a_role_may_be_left_out(admin: Colleague) -> None:
    email = a_desk_email()
    account = admin.client.post(AGENTS, {"email": email})["agent"]
    assert (account["display_name"], account["role"]) == (email.partition("@")[0], "agent")


def test_an_address_belongs_to_one_agent_whatever_its_case(admin: Colleague, mei: Staff) -> None:
    refused = admin.client.post(AGENTS, {"email": mei.email.upper()})
    assert (refused.status, refused.code) == (409, "email_taken")


@ON_SQLITE
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"email": "mei"},
        {"email": "+8613700000001"},
        {"email": "a@b.test", "role": "root"},
        {"email": "a@b.test", "display_name": ""},
        {"email": "a@b.test", "password": "Orchid-river-42"},
        {"email": "a@b.test", "display_name": "\u202eMei"},
    ],
)
def test_what_makes_no_agent_is_refused(admin: Colleague, body: dict[str, str]) -> None:
    assert admin.client.post(AGENTS, body).code == "validation_failed"


@ON_SQLITE
def test_secrets_are_answered_once_even_with_the_same_idempotency_key(admin: Colleague) -> None:
    body = {"email": a_desk_email()}
    assert admin.client.post(AGENTS, body, key="again").status == 201
    assert admin.client.post(AGENTS, body, key="again").code == "email_taken"


def test_all_agents_are_listed_newest_first_without_secrets(
    wallet: Wallet, admin: Colleague, mei: Staff
) -> None:
    listed = admin.client.get(AGENTS)["data"]
    assert [agent["id"] for agent in listed] == [mei.id, admin.agent_id]
    assert set(listed[0]) == {"id", "email", "display_name", "role", "status", "created_at"}


def test_a_reset_totp_ends_sessions_and_kills_secret_and_recovery_codes(
    wallet: Wallet, admin: Colleague, mei: Staff
) -> None:
    client, old = mei.signed_in(), list(mei.recovery_codes)
    for _ in range(5):
        mei.log_in("000000")
    done = admin.client.post(f"{AGENTS}/{mei.id}/reset-totp")
    assert (done.status, done["agent"]["id"]) == (200, mei.id)
    assert client.get(ME).code == "access_token_invalid"
    old_code = mei.code(steps=1)
    mei.secret, mei.recovery_codes = done["totp"]["secret"], done["recovery_codes"]
    assert not set(old) & set(mei.recovery_codes)
    assert mei.log_in(old_code)["attempts_remaining"] == 4, "the lock is lifted"
    assert mei.log_in(old[0]).code == "invalid_credentials"
    assert mei.log_in(mei.code()).status == 200
    assert mei.log_in(mei.recovery_codes[0]).status == 200
    assert last_act(wallet, "reset_agent_totp").actor == admin.agent_id


def test_a_reset_password_ends_sessions_and_leaves_the_totp(
    wallet: Wallet, admin: Colleague, mei: Staff
) -> None:
    client = mei.signed_in()
    done = admin.client.post(f"{AGENTS}/{mei.id}/reset-password")
    assert done.status == 200
    assert client.get(ME).code == "access_token_invalid"
    assert mei.log_in(mei.fresh_code()).code == "invalid_credentials"
    mei.password = done["password"]
    assert mei.log_in(mei.code()).status == 200
    assert last_act(wallet, "reset_agent_password").subject == mei.id


@pytest.mark.parametrize(
    ("change", "ends"),
    [({"display_name": "梅"}, False), ({"role": "supervisor"}, True), ({"disabled": True}, True)],
)
def test_another_role_and_being_disabled_end_sessions_and_another_name_does_not(
    wallet: Wallet, admin: Colleague, mei: Staff, change: dict[str, object], ends: bool
) -> None:
    client = mei.signed_in()
    assert admin.client.patch(f"{AGENTS}/{mei.id}", change).status == 200
    assert (client.get(ME).code if ends else client.get(ME).status) == (
        "access_token_invalid" if ends else 200
    )
    entry = last_act(wallet, "change_agent")
    assert (entry.actor, entry.subject, entry.fields) == (admin.agent_id, mei.id, list(change))
    assert "梅" not in str(entry.detail)


def test_what_is_the_same_already_changes_nothing(
    wallet: Wallet, admin: Colleague, mei: Staff
) -> None:
    client = mei.signed_in()
    same = {"display_name": "Mei", "role": "agent", "disabled": False}
    assert admin.client.patch(f"{AGENTS}/{mei.id}", same).status == 200
    assert client.get(ME).status == 200


def test_a_disabled_agent_comes_back_when_enabled(admin: Colleague, mei: Staff) -> None:
    path = f"{AGENTS}/{mei.id}"
    assert admin.client.patch(path, {"disabled": True})["status"] == "disabled"
    assert mei.log_in(mei.code()).code == "invalid_credentials"
    assert admin.client.patch(path, {"disabled": False})["status"] == "active"
    assert mei.log_in(mei.code()).status == 200


@pytest.mark.parametrize("change", [{"role": "supervisor"}, {"disabled": True}])
def test_the_last_admin_stays_one(
    wallet: Wallet, admin: Colleague, clock: Clock, change: dict[str, object]
) -> None:
    path = f"{AGENTS}/{admin.agent_id}"
    gone = create_staff(wallet, clock, Role.ADMIN)
    assert admin.client.patch(f"{AGENTS}/{gone.id}", {"disabled": True}).status == 200
    refused = admin.client.patch(path, change)
    assert (refused.status, refused.code) == (409, "last_admin")
    assert admin.client.get(path)["status"] == "active"
    assert admin.client.get(path)["role"] == "admin"
    assert admin.client.patch(path, {"display_name": "Root"}).status == 200
    assert admin.client.patch(f"{AGENTS}/{gone.id}", {"disabled": False}).status == 200
    assert admin.client.patch(path, change).status == 200
    assert admin.client.get(path).code == "access_token_invalid"


@ON_SQLITE
def test_an_agent_that_is_none_is_not_found(admin: Colleague) -> None:
    path = f"{AGENTS}/agt_none"
    answers = (
        admin.client.get(path),
        admin.client.patch(path, {"role": "agent"}),
        admin.client.post(f"{path}/reset-totp"),
        admin.client.post(f"{path}/reset-password"),
    )
    assert {(answer.status, answer.code) for answer in answers} == {(404, "not_found")}


@ON_SQLITE
@pytest.mark.parametrize("body", [{}, {"disabled": "yes"}, {"role": None}, {"email": "a@b.test"}])
def test_what_is_no_change_is_refused(
    admin: Colleague, mei: Staff, body: dict[str, object]
) -> None:
    assert admin.client.patch(f"{AGENTS}/{mei.id}", body).code == "validation_failed"


def change_password(client: Client, current: str, new: str = NEW_PASSWORD) -> Answer:
    body = {"current_password": current, "new_password": new, "new_password_confirmation": new}
    return client.put(PASSWORD, body)


def test_agents_change_their_own_password_and_their_other_sessions_end(
    wallet: Wallet, mei: Staff
) -> None:
    here, there = mei.signed_in(), mei.signed_in()
    assert change_password(here, mei.password).status == 204
    assert here.get(ME).status == 200
    assert there.get(ME).code == "access_token_invalid"
    assert mei.log_in(mei.fresh_code()).code == "invalid_credentials"
    mei.password = NEW_PASSWORD
    assert mei.log_in(mei.code()).status == 200
    assert last_act(wallet, "change_agent_password").actor == mei.id


def test_a_wrong_current_password_counts_with_logins(mei: Staff) -> None:
    client = mei.signed_in()
    left = [change_password(client, "wrong")["attempts_remaining"] for _ in range(5)]
    assert left == [4, 3, 2, 1, 0]
    assert change_password(client, mei.password).code == "login_locked"
    assert mei.log_in(mei.fresh_code()).code == "login_locked"


@ON_SQLITE
@pytest.mark.parametrize(
    ("new", "code"),
    [
        (DESK_PASSWORD, "same_as_current"),
        ("short-1", "too_short"),
        ("longlonglong", "missing_digit"),
    ],
)
def test_a_new_password_keeps_the_rules(mei: Staff, new: str, code: str) -> None:
    refused = change_password(mei.signed_in(), mei.password, new)
    assert refused.code == "password_rejected"
    assert code in [problem["code"] for problem in refused["errors"]]


def test_no_table_holds_a_secret_of_an_agent(
    wallet: Wallet, admin: Colleague, client: Client, clock: Clock
) -> None:
    made = admin.client.post(AGENTS, {"email": a_desk_email()})
    new = staff_of(made, client, clock)
    token = new.log_in(new.recovery_codes[0])["access_token"]
    reset = admin.client.post(f"{AGENTS}/{new.id}/reset-totp")
    password = admin.client.post(f"{AGENTS}/{new.id}/reset-password")["password"]
    codes = [*new.recovery_codes, *reset["recovery_codes"]]
    secrets = {new.password, new.secret, token, reset["totp"]["secret"], password, *codes}
    secrets |= {code.replace("-", "") for code in codes}
    with wallet.database.snapshot() as tx:
        stored = [
            str(value)
            for table in Base.metadata.sorted_tables
            for row in tx.execute(sa.select(table)).all()
            for value in row
        ]
    assert [secret for secret in secrets for value in stored if secret in value] == []
