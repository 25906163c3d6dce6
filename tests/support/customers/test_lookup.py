"""`POST /internal/v1/customers/lookup`: who is found by what, shown how, and what the trail keeps of it."""

import json

from app.factory import Wallet
from tests.conftest import Clock
from tests.factories.people import Person, create_person
from tests.factories.staff import REASON, Colleague
from tests.support.customers.conftest import Trail

LOOKUP = "/internal/v1/customers/lookup"


def test_each_key_finds_the_customer(person: Person, agent: Colleague) -> None:
    payment = person.pay(12_800)
    me = person.client.get("/v1/me")
    last4 = person.client.get("/v1/bank-cards")["data"][0]["last4"]
    code = person.client.post("/v1/support/call-codes")["code"]
    keys = {
        "phone": me["phone"],
        "user_id": person.user_id,
        "payment_id": payment["id"],
        "card_last4": last4,
        "call_code": code,
    }
    for key, value in keys.items():
        found = agent.client.post(LOOKUP, {key: value})
        assert (found.status, [it["id"] for it in found["data"]]) == (200, [person.user_id]), key
    by_attempt = agent.client.post(LOOKUP, {"payment_id": payment["attempts"][0]["id"]})
    assert by_attempt["data"][0]["id"] == person.user_id


def test_a_mainland_number_may_be_given_without_its_country(
    person: Person, agent: Colleague
) -> None:
    phone = str(person.client.get("/v1/me")["phone"])

    assert agent.client.post(LOOKUP, {"phone": phone.removeprefix("+86")})["data"]


def test_an_email_is_found_whatever_its_case(wallet: Wallet, agent: Colleague) -> None:
    made = agent.client.post("/sandbox/v1/users", {"email": "Li.Lei@example.com"})

    (found,) = agent.client.post(LOOKUP, {"email": "li.lei@EXAMPLE.com"})["data"]
    assert (found["id"], found["email"]) == (made["user"]["id"], "L***@example.com")


def test_what_is_shown_is_masked(person: Person, agent: Colleague) -> None:
    me = person.client.get("/v1/me")
    found = agent.client.post(LOOKUP, {"user_id": person.user_id})
    (customer,) = found["data"]

    assert me["phone"] not in found.raw.decode()
    assert me["display_name"] not in found.raw.decode()
    assert customer["phone"].startswith("+86")
    assert "****" in customer["phone"]
    assert customer["wallet"]["available"] == 100_000
    assert customer["status"] == "active"
    assert customer["transaction_password_locked"] is False
    assert customer["login_locked_until"] is None
    assert set(customer) >= {"created_at", "locale", "has_transaction_password"}


def test_nobody_is_an_empty_list_that_is_on_record(agent: Colleague, trail: Trail) -> None:
    keys = {
        "phone": "+8613999999999",
        "email": "nobody@example.com",
        "user_id": "usr_none",
        "payment_id": "pay_none",
        "card_last4": "0000",
        "call_code": "000000",
    }
    for key, value in keys.items():
        found = agent.client.post(LOOKUP, {key: value})
        assert (found.status, found.body) == (200, {"data": []})
        entry = trail()[-1]
        assert (entry.actor, entry.action) == (agent.agent_id, "look_up_customer")
        assert (entry.customer_id, entry.detail) == (None, {"by": key, "found": 0})
        assert value not in json.dumps([entry.subject, entry.reason, entry.fields, entry.detail])
    assert len(trail()) == len(keys)


def test_a_card_may_be_several_customers_each_on_record(
    wallet: Wallet, agent: Colleague, trail: Trail
) -> None:
    people = [create_person(wallet, card=True) for _ in range(3)]
    by_last4: dict[str, list[str]] = {}
    for person in people:
        last4 = person.client.get("/v1/bank-cards")["data"][0]["last4"]
        by_last4.setdefault(last4, []).insert(0, person.user_id)
    for last4, expected in by_last4.items():
        found = agent.client.post(LOOKUP, {"card_last4": last4})
        assert [it["id"] for it in found["data"]] == expected
    assert sorted(it.customer_id or "" for it in trail()) == sorted(it.user_id for it in people)
    for entry in trail():
        assert entry.reason == REASON
        assert "phone_masked" in entry.fields


WRONG: list[dict[str, object]] = [
    {},
    {"phone": "+8613800138000", "user_id": "usr_1"},
    {"phone": "13800"},
    {"phone": "+86 13800138000"},
    {"phone": "٠١٢٣٤٥٦٧٨٩"},
    {"phone": 13800138000},
    {"email": "no address"},
    {"card_last4": "12345"},
    {"card_last4": "١٢٣٤"},
    {"card_number": "6222021234567890"},
    {"call_code": "12345"},
]


def test_another_shape_is_refused(agent: Colleague) -> None:
    for body in WRONG:
        assert agent.client.post(LOOKUP, body).code == "validation_failed", body


def test_without_a_reason_nothing_is_shown(agent: Colleague, trail: Trail) -> None:
    silent = agent.client.with_headers(X_Access_Reason="")
    refused = silent.post(LOOKUP, {"user_id": "usr_1"})

    assert (refused.status, refused.code) == (400, "access_reason_required")
    (entry,) = trail()
    assert (entry.action, entry.detail["code"]) == ("refused", "access_reason_required")


def test_numbers_in_a_reason_are_not_kept_but_an_id_is(
    person: Person, agent: Colleague, trail: Trail
) -> None:
    case = "cnv_01k5n2x3y4z5678901234567ab"
    for reason in ("card 6222 0212 3456 7890 of li@example.com", case):
        agent.because(reason).post(LOOKUP, {"user_id": person.user_id})

    assert [it.reason for it in trail()] == ["card # of @", case]


def test_wrong_call_codes_are_counted_over_lookups(
    person: Person, agent: Colleague, clock: Clock
) -> None:
    code = person.client.post("/v1/support/call-codes")["code"]
    wrong = next(it for it in ("111111", "222222") if it != code)
    for _ in range(10):
        assert agent.client.post(LOOKUP, {"call_code": wrong})["data"] == []

    refused = agent.client.post(LOOKUP, {"call_code": code})
    assert (refused.status, refused.code) == (429, "rate_limited")
