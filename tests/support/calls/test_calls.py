"""Calls: a number is a claim, a call code from the app is a proof, and the user sees who is talking."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import sqlalchemy as sa

from app.audit.models import AuditEntry
from app.auth.rules import Role
from app.factory import Wallet
from app.support.calls.models import SupportCall
from tests.client import Client
from tests.conftest import Clock, Outside
from tests.factories.auth import create_customer
from tests.factories.calls import WRONG, a_code, phone_of, pick_up, verified_call, verify
from tests.factories.meeting import meet
from tests.factories.people import Person, create_person
from tests.factories.staff import Colleague, create_agent

CALLS = "/internal/v1/calls"
ONE_CALL = {
    "id",
    "agent_id",
    "phone",
    "direction",
    "user_id",
    "conversation_id",
    "level",
    "status",
    "notes",
    "started_at",
    "verified_at",
    "ended_at",
}


@pytest.fixture
def person(wallet: Wallet) -> Person:
    return create_person(wallet)


@pytest.fixture
def agent(wallet: Wallet) -> Colleague:
    return create_agent(wallet)


def acts(wallet: Wallet, action: str) -> list[AuditEntry]:
    with wallet.database.snapshot() as tx:
        query = sa.select(AuditEntry).where(AuditEntry.action == action)
        return list(tx.scalars(query.order_by(AuditEntry.seq)))


def test_a_known_number_is_a_claim(wallet: Wallet, person: Person, agent: Colleague) -> None:
    phone = phone_of(wallet, person)
    call = pick_up(agent, phone)
    assert set(call.body) == ONE_CALL
    assert (call["user_id"], call["level"], call["status"]) == (person.user_id, "L1", "active")
    assert (call["phone"], call["direction"], call["ended_at"]) == (phone, "inbound", None)
    [act] = acts(wallet, "record_call")
    assert (act.actor, act.customer_id, act.reason) == (
        agent.agent_id,
        person.user_id,
        call["id"],
    )
    assert phone not in str(act.detail)


def test_an_unknown_number_is_somebody(agent: Colleague) -> None:
    for phone in ("+8613700000000", "+15005550006", "+8009999999", None):
        call = pick_up(agent, phone)
        assert (call["user_id"], call["level"]) == (None, "L0")


WRONG_SHAPES: list[dict[str, object]] = [
    {"direction": "inbound"},
    {"phone": "13800138000", "direction": "inbound"},
    {"phone": "+8613800138000\n", "direction": "inbound"},
    {"phone": "+٨٦١٣٨٠٠١٣٨٠٠٠", "direction": "inbound"},
    {"phone": "+8613800138000", "direction": "sideways"},
    {"phone": "+8613800138000", "direction": "inbound", "level": "L4"},
]


def test_a_call_of_the_wrong_shape_is_refused(agent: Colleague) -> None:
    for body in WRONG_SHAPES:
        assert agent.client.post(CALLS, body).code == "validation_failed", body


def test_the_code_of_the_app_verifies_the_caller(
    wallet: Wallet, person: Person, agent: Colleague
) -> None:
    call = pick_up(agent, phone_of(wallet, person))
    answer = verify(agent, call["id"], a_code(person.client))
    assert answer.status == 200
    assert answer.body == {"verified": True, "level": "L4", "user_id": person.user_id}
    assert agent.client.get(f"{CALLS}/{call['id']}")["level"] == "L4"
    [act] = acts(wallet, "verify_call")
    assert (act.customer_id, act.detail) == (person.user_id, {"level": "L4"})


def test_an_older_login_gives_one_level_less(
    person: Person, agent: Colleague, clock: Clock
) -> None:
    clock.advance(minutes=10)
    code = a_code(person.client)
    clock.advance(minutes=6)
    agent_again = create_agent(person.wallet)
    call = pick_up(agent_again, None)
    assert verify(agent_again, call["id"], code)["level"] == "L3"


def test_a_code_proves_who_calls_whatever_the_number(
    wallet: Wallet, person: Person, agent: Colleague
) -> None:
    friend = create_person(wallet)
    call = pick_up(agent, phone_of(wallet, friend))
    assert call["user_id"] == friend.user_id
    assert verify(agent, call["id"], a_code(person.client))["user_id"] == person.user_id


def test_a_verified_call_stays_its_users(wallet: Wallet, person: Person, agent: Colleague) -> None:
    call_id, other = verified_call(agent, person), create_person(wallet)
    code = a_code(other.client)
    assert verify(agent, call_id, code).code == "call_code_incorrect"
    assert agent.client.get(f"{CALLS}/{call_id}")["user_id"] == person.user_id
    assert verify(agent, pick_up(agent, None)["id"], code).status == 200


def test_a_code_is_used_once(person: Person, agent: Colleague) -> None:
    code = a_code(person.client)
    first, second = pick_up(agent, None), pick_up(agent, None)
    assert verify(agent, first["id"], code).status == 200
    assert verify(agent, second["id"], code).code == "call_code_incorrect"


def test_of_two_calls_with_one_code_one_is_verified(
    wallet: Wallet, person: Person, agent: Colleague
) -> None:
    code = a_code(person.client)
    calls = [pick_up(agent, None)["id"] for _ in range(4)]

    def try_it(call_id: str) -> int:
        client = Client(wallet.app.test_client(), agent.client.headers)
        return client.post(f"{CALLS}/{call_id}/verify", {"call_code": code}).status

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(try_it, calls)) == [200, 422, 422, 422]


def test_a_wrong_code_costs_a_try_and_the_fifth_the_call(person: Person, agent: Colleague) -> None:
    call_id = pick_up(agent, None)["id"]
    for left in (4, 3, 2, 1, 0):
        answer = verify(agent, call_id, WRONG)
        assert (answer.status, answer.code) == (422, "call_code_incorrect")
        assert answer["attempts_remaining"] == left
    right = a_code(person.client)
    answer = verify(agent, call_id, right)
    assert (answer.status, answer.code) == (409, "call_verification_closed")
    assert verify(agent, pick_up(agent, None)["id"], right).status == 200


def test_a_right_code_gives_its_try_back(person: Person, agent: Colleague) -> None:
    call_id = pick_up(agent, None)["id"]
    for _ in range(6):
        assert verify(agent, call_id, a_code(person.client)).status == 200
    assert verify(agent, call_id, WRONG)["attempts_remaining"] == 4


def test_what_is_no_six_digits_is_no_try(agent: Colleague) -> None:
    call_id = pick_up(agent, None)["id"]
    for code in ("12345", "1234567", "12345a", "١٢٣٤٥٦", "123456\n", 123456, None):
        answer = agent.client.post(f"{CALLS}/{call_id}/verify", {"call_code": code})
        assert answer.code == "validation_failed"
    assert verify(agent, call_id, WRONG)["attempts_remaining"] == 4


def test_a_wrong_code_is_in_the_audit(wallet: Wallet, agent: Colleague) -> None:
    call_id = pick_up(agent, None)["id"]
    verify(agent, call_id, WRONG)
    [act] = acts(wallet, "refused")
    assert act.detail == {"operation": "verify_call", "code": "call_code_incorrect"}
    assert act.subject == call_id


def test_an_ended_call_cannot_be_verified(person: Person, agent: Colleague) -> None:
    call_id = pick_up(agent, None)["id"]
    ended = agent.client.patch(f"{CALLS}/{call_id}", {"status": "ended"})
    assert (ended.status, ended["status"]) == (200, "ended")
    assert ended["ended_at"] is not None
    answer = verify(agent, call_id, a_code(person.client))
    assert (answer.status, answer.code) == (409, "call_verification_closed")
    again = agent.client.patch(f"{CALLS}/{call_id}", {"status": "ended"})
    assert again["ended_at"] == ended["ended_at"]


def test_notes_are_masked_and_can_be_written_after_the_call(agent: Colleague) -> None:
    call_id = pick_up(agent, None)["id"]
    agent.client.patch(f"{CALLS}/{call_id}", {"status": "ended"})
    written = agent.client.patch(
        f"{CALLS}/{call_id}",
        {"notes": "读了验证码 482913,卡号 6222 0212 3456 7890 128, 付了 12800"},
    )
    assert written.status == 200
    assert "482913" not in written["notes"]
    assert "6222" not in written["notes"]
    assert written["notes"].startswith("读了验证码")
    assert written["notes"].endswith("付了 12800"), "what the call is about stays"
    assert agent.client.patch(f"{CALLS}/{call_id}", {"user_id": None}).code == "call_ended"


def test_another_customer_is_a_claim_again(
    wallet: Wallet, person: Person, agent: Colleague
) -> None:
    call_id, other = verified_call(agent, person), create_person(wallet)
    changed = agent.client.patch(f"{CALLS}/{call_id}", {"user_id": other.user_id})
    assert (changed["user_id"], changed["level"], changed["verified_at"]) == (
        other.user_id,
        "L0",
        None,
    )
    nobody = agent.client.patch(f"{CALLS}/{call_id}", {"user_id": "usr_none"})
    assert nobody.code == "not_found"


def test_a_colleagues_call_is_not_mine_until_it_is_handed_over(
    wallet: Wallet, person: Person, agent: Colleague
) -> None:
    other, boss = create_agent(wallet), create_agent(wallet, Role.SUPERVISOR)
    call = pick_up(agent, phone_of(wallet, person))
    path = f"{CALLS}/{call['id']}"
    assert other.client.patch(path, {"notes": "x"}).code == "forbidden"
    assert verify(other, call["id"], a_code(person.client)).code == "forbidden"
    seen = other.client.get(path)
    assert (seen.status, "****" in seen["phone"]) == (200, True)
    assert boss.client.patch(path, {"notes": "listening"}).status == 200
    assert agent.client.patch(path, {"agent_id": "agt_none"}).code == "not_found"
    assert agent.client.patch(path, {"agent_id": other.agent_id}).status == 200
    assert agent.client.patch(path, {"notes": "y"}).code == "forbidden"
    assert other.client.get(path)["phone"] == call["phone"]


def test_calls_are_listed_newest_first_and_the_look_is_recorded(
    wallet: Wallet, person: Person, agent: Colleague
) -> None:
    first, second = (pick_up(agent, phone_of(wallet, person))["id"] for _ in range(2))
    other = pick_up(agent, None)["id"]
    everything = agent.client.get(CALLS)["data"]
    assert [call["id"] for call in everything] == [other, second, first]
    of_person = agent.client.get(CALLS, user_id=person.user_id, status="active", limit=1)
    assert [call["id"] for call in of_person["data"]] == [second]
    assert of_person["next_cursor"]
    assert agent.client.get(CALLS, status="ended")["data"] == []
    assert agent.client.get(CALLS, status="lost").code == "validation_failed"
    looked_at = [act.customer_id for act in acts(wallet, "list_calls")]
    assert looked_at == [None, person.user_id, person.user_id, None]


def test_a_call_that_is_not_there_is_not_found(agent: Colleague) -> None:
    for answer in (
        agent.client.get(f"{CALLS}/call_none"),
        agent.client.patch(f"{CALLS}/call_none", {}),
        verify(agent, "call_none", WRONG),
    ):
        assert (answer.status, answer.code) == (404, "not_found")


def test_the_user_sees_who_is_talking(
    wallet: Wallet, person: Person, agent: Colleague, clock: Clock
) -> None:
    def seen() -> object:
        return person.signed_in_again().get("/v1/support/call")["call"]

    assert seen() is None
    call = pick_up(agent, phone_of(wallet, person))
    claimed = person.client.get("/v1/support/call")["call"]
    assert set(claimed) == {"direction", "agent", "since", "verified"}
    assert (claimed["verified"], claimed["since"]) == (False, call["started_at"])
    assert set(claimed["agent"]) == {"display_name"}
    verify(agent, call["id"], a_code(person.client))
    assert person.client.get("/v1/support/call")["call"]["verified"] is True
    assert create_person(wallet).client.get("/v1/support/call")["call"] is None
    clock.advance(hours=4)
    assert seen() is None


def test_a_call_that_its_agent_forgot_ends_after_four_hours(
    wallet: Wallet, person: Person, clock: Clock
) -> None:
    agent = create_agent(wallet)
    forgotten, ended = (pick_up(agent, phone_of(wallet, person))["id"] for _ in range(2))
    agent.client.patch(f"{CALLS}/{ended}", {"status": "ended"})
    clock.advance(hours=3, minutes=59)
    clock.run_due()
    with wallet.database.snapshot() as tx:
        assert tx.get_one(SupportCall, forgotten).status == "active"
        told = tx.get_one(SupportCall, ended).ended_at
    clock.advance(minutes=1)
    clock.run_due()
    with wallet.database.snapshot() as tx:
        assert tx.get_one(SupportCall, forgotten).status == "ended"
        assert tx.get_one(SupportCall, ended).ended_at == told


def session_of(wallet: Wallet, call_id: str) -> str:
    with wallet.database.snapshot() as tx:
        return str(tx.get_one(SupportCall, call_id).session_id)


def test_who_throws_out_the_app_that_showed_the_code_takes_the_call_back(
    wallet: Wallet, person: Person, agent: Colleague
) -> None:
    call_id = verified_call(agent, person)
    elsewhere = person.signed_in_again()
    other_call = verified_call(agent, replace(person, client=elsewhere))
    thrown_out = f"/v1/auth/sessions/{session_of(wallet, call_id)}"
    assert elsewhere.delete(thrown_out).status == 204
    lowered = agent.client.get(f"{CALLS}/{call_id}")
    assert (lowered["level"], lowered["verified_at"]) == ("L0", None)
    assert agent.client.get(f"{CALLS}/{other_call}")["level"] == "L4"


def test_who_signs_out_has_still_read_out_the_code(
    wallet: Wallet, person: Person, agent: Colleague
) -> None:
    call_id = verified_call(agent, person)
    assert person.client.post("/v1/auth/logout").status == 204
    assert agent.client.get(f"{CALLS}/{call_id}")["level"] == "L4"


def test_a_call_is_not_verified_by_an_app_that_is_thrown_out_meanwhile(
    wallet: Wallet, person: Person, agent: Colleague
) -> None:
    owner, thief = person.signed_in_again(), person.client
    call_id, code = pick_up(agent, None)["id"], a_code(thief)
    verified, ended = meet(
        wallet,
        lambda: verify(agent, call_id, code),
        lambda: Client(wallet.app.test_client(), owner.headers).delete("/v1/auth/sessions"),
        at="conversation.customer_changed",
    )
    assert (verified.status, ended.status) == (200, 204)
    assert agent.client.get(f"{CALLS}/{call_id}")["verified_at"] is None


def test_an_ended_call_is_not_shown(wallet: Wallet, person: Person, agent: Colleague) -> None:
    call = pick_up(agent, phone_of(wallet, person))
    agent.client.patch(f"{CALLS}/{call['id']}", {"status": "ended"})
    assert person.client.get("/v1/support/call")["call"] is None


def test_a_verified_call_is_told_at_every_address(
    wallet: Wallet, agent: Colleague, outside: Outside, clock: Clock
) -> None:
    customer = create_customer(wallet)
    verify(agent, pick_up(agent, None)["id"], a_code(customer.client))
    clock.run_due()
    sent = [*outside.sms.sent, *outside.mail.sent]
    told = [one.to for one in sent if one.template == "call_verified"]
    assert sorted(told) == sorted([customer.phone, customer.email])
