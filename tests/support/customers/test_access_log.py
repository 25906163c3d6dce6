"""`GET /v1/support/access-log`: which agent looked at what of mine, when and why."""

from app.factory import Wallet
from tests.client import Client
from tests.factories.people import Person, create_person
from tests.factories.staff import Colleague

LOG = "/v1/support/access-log"


def look(agent: Colleague, person: Person, reason: str = "she called about a payment") -> None:
    found = agent.because(reason).get(f"/internal/v1/customers/{person.user_id}")
    assert found.status == 200


def test_the_customer_sees_who_looked_at_what_and_why(
    person: Person, agent: Colleague, supervisor: Colleague
) -> None:
    assert person.client.get(LOG).body == {"data": [], "next_cursor": None}
    look(agent, person)
    path = f"/internal/v1/customers/{person.user_id}/reveal"
    assert supervisor.client.post(path, {"field": "phone"}).status == 200

    newest, first = person.client.get(LOG)["data"]
    assert set(first) == {"id", "agent", "action", "fields", "reason", "at"}
    assert (first["action"], first["reason"]) == ("read_customer", "she called about a payment")
    assert first["agent"]["display_name"]
    assert set(first["agent"]) == {"display_name"}
    assert "phone_masked" in first["fields"]
    assert (newest["action"], newest["fields"]) == ("reveal_field", ["phone"])


def test_what_was_refused_or_concerns_others_is_not_shown(
    wallet: Wallet, person: Person, agent: Colleague
) -> None:
    path = f"/internal/v1/customers/{person.user_id}/reveal"
    assert agent.client.post(path, {"field": "phone"}).status == 403
    look(agent, create_person(wallet))

    assert person.client.get(LOG)["data"] == []


def test_it_is_paged_without_telling_the_trails_numbers(
    wallet: Wallet, person: Person, agent: Colleague
) -> None:
    other = create_person(wallet)
    for number in range(7):
        look(agent, person if number % 2 == 0 else other, f"case number {number} of the day")
    reasons: list[str] = []
    ids: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = person.client.get(LOG, limit=1, **cursor)
        reasons += [it["reason"] for it in page["data"]]
        ids += [it["id"] for it in page["data"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert reasons == [f"case number {number} of the day" for number in (6, 4, 2, 0)]
    assert ids == sorted(set(ids), reverse=True)
    assert all(it.startswith("acc_") and len(it) == 30 for it in ids)
    assert [it["id"] for it in person.client.get(LOG)["data"]] == ids


def test_it_needs_a_login(client: Client) -> None:
    assert client.get(LOG).code == "access_token_missing"
