"""`POST /internal/v1/customers/{id}/reveal`: a supervisor, a reason, a quota, and the customer sees it."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.auth.models import User
from app.auth.rules import Role
from app.factory import Wallet
from app.support.customers.models import Reveal
from app.support.customers.rules import exhausted_quota
from tests.client import Answer
from tests.conftest import Clock
from tests.factories.people import Person
from tests.factories.staff import Colleague, create_agent
from tests.support.customers.conftest import Trail

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def reveal(who: Colleague, person: Person, field: str = "phone") -> Answer:
    return who.client.post(f"/internal/v1/customers/{person.user_id}/reveal", {"field": field})


def test_a_supervisor_sees_a_field_for_a_minute_and_that_is_on_record(
    person: Person, supervisor: Colleague, clock: Clock, trail: Trail
) -> None:
    me = person.client.get("/v1/me")
    shown = reveal(supervisor, person)

    assert (shown.status, shown["field"], shown["value"]) == (200, "phone", me["phone"])
    left = datetime.fromisoformat(shown["expires_at"]) - clock.now()
    assert timedelta(seconds=50) < left <= timedelta(seconds=60)
    assert reveal(supervisor, person, "display_name")["value"] == me["display_name"]
    entry, _ = trail()
    assert (entry.action, entry.customer_id) == ("reveal_field", person.user_id)
    assert (entry.actor, entry.fields) == (supervisor.agent_id, ["phone"])
    assert me["phone"] not in json.dumps([entry.reason, entry.detail, entry.subject])


def test_an_agent_may_not_and_the_attempt_is_on_record(
    person: Person, agent: Colleague, trail: Trail
) -> None:
    refused = reveal(agent, person)

    assert (refused.status, refused.code) == (403, "forbidden")
    (entry,) = trail()
    assert (entry.action, entry.customer_id) == ("refused", person.user_id)


def test_what_the_customer_does_not_have_costs_nothing(
    wallet: Wallet, person: Person, supervisor: Colleague
) -> None:
    with wallet.database.transaction() as tx:
        tx.execute(sa.update(User).values(email=None, email_key=None))
    for _ in range(4):
        assert reveal(supervisor, person, "email").code == "not_found"
    with wallet.database.snapshot() as tx:
        assert tx.scalar(sa.select(sa.func.count()).select_from(Reveal)) == 0


def test_nothing_else_can_be_uncovered(person: Person, supervisor: Colleague) -> None:
    for field in ("holder_name", "card_number", "password_hash", "", "phone\n"):
        assert reveal(supervisor, person, field).code == "validation_failed"


def test_three_an_hour(person: Person, supervisor: Colleague, trail: Trail) -> None:
    assert [reveal(supervisor, person).status for _ in range(3)] == [200] * 3
    refused = reveal(supervisor, person)

    assert (refused.status, refused.code) == (429, "reveal_quota_exceeded")
    assert 3590 <= int(refused.headers["Retry-After"]) <= 3600
    assert refused.headers["RateLimit-Policy"]
    assert trail()[-1].detail["code"] == "reveal_quota_exceeded"


def test_the_quota_is_each_agents_own(wallet: Wallet, person: Person) -> None:
    for role in (Role.SUPERVISOR, Role.ADMIN):
        assert reveal(create_agent(wallet, role), person).status == 200


def test_parallel_reveals_never_come_to_more(person: Person, supervisor: Colleague) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: reveal(supervisor, person).status, range(12)))

    assert sorted(answers) == [200] * 3 + [429] * 9


@pytest.mark.parametrize(
    ("minutes_ago", "waits"),
    [
        ([], None),
        ([59, 30], None),
        ([59, 30, 1], 60),
        ([60, 30, 1], None),
        ([59, 58, 57, 30], 2 * 60),
        (list(range(1439, 1429, -1)), 60),
        (list(range(1440, 1430, -1)), None),
        ([1439, *range(1000, 994, -1), 50, 40, 30], 10 * 60),
    ],
)
def test_a_reveal_waits_for_the_longest_of_its_quotas(
    minutes_ago: list[int], waits: int | None
) -> None:
    reveals = [NOON - timedelta(minutes=it) for it in minutes_ago]
    found = exhausted_quota(reveals, NOON)

    assert (found.wait if found else None) == waits
