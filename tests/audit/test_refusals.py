"""What agents were refused stands in the trail; of what others were refused, little does."""

import sqlalchemy as sa

from app.audit.models import AuditEntry
from app.audit.refusals import MOST_ABOUT_ONE, MOST_OF_ONE, record_sparingly
from app.audit.rules import Act
from app.auth.rules import Role
from app.factory import Wallet
from tests.client import Client
from tests.conftest import Clock
from tests.factories.actions import approve, ask
from tests.factories.conversations import CONVERSATIONS, begin, say
from tests.factories.people import create_person
from tests.factories.staff import create_agent


def entries(wallet: Wallet) -> list[AuditEntry]:
    with wallet.database.snapshot() as tx:
        return list(tx.scalars(sa.select(AuditEntry).order_by(AuditEntry.seq)))


def test_a_call_above_an_agents_role_is_kept(wallet: Wallet) -> None:
    agent = create_agent(wallet)
    answer = agent.client.delete("/internal/v1/webhook-endpoints/whe_01k0000000000000000000000")
    assert (answer.status, answer.code) == (403, "forbidden")
    (entry,) = entries(wallet)
    assert entry.actor == agent.agent_id
    assert entry.action == "refused"
    assert entry.subject == "whe_01k0000000000000000000000"
    assert entry.detail == {"operation": "delete_webhook_endpoint", "code": "forbidden"}


def test_what_looks_like_no_id_is_not_kept(wallet: Wallet) -> None:
    agent = create_agent(wallet)
    agent.client.delete("/internal/v1/webhook-endpoints/6222021234567890123")
    (entry,) = entries(wallet)
    assert entry.subject is None


def test_users_and_strangers_leave_nothing_in_it(wallet: Wallet, client: Client) -> None:
    assert client.get("/v1/me").status == 401
    assert client.get("/internal/v1/webhook-endpoints").status == 401
    assert entries(wallet) == []


def test_users_leave_nothing_for_an_article_that_is_none_and_agents_do(
    wallet: Wallet, client: Client
) -> None:
    unknown = "faq_01k0000000000000000000000"
    feedback = {"helpful": True}
    assert client.post(f"/v1/support/faqs/{unknown}/feedback", feedback).code == "not_found"
    assert entries(wallet) == []
    agent = create_agent(wallet, Role.SUPERVISOR)
    assert agent.client.get(f"/internal/v1/faqs/{unknown}").code == "not_found"
    (entry,) = entries(wallet)
    assert (entry.actor, entry.subject) == (agent.agent_id, unknown)
    assert entry.detail["code"] == "not_found"


def test_approving_ones_own_request_and_approving_twice_are_kept(wallet: Wallet) -> None:
    person, boss = create_person(wallet), create_agent(wallet, Role.SUPERVISOR)
    other = create_agent(wallet, Role.SUPERVISOR)
    request_id = ask(boss, person.user_id, "goodwill_credit", amount=500)["id"]
    assert approve(boss, request_id).code == "four_eyes_required"
    assert approve(other, request_id).status == 200
    assert approve(other, request_id).code == "action_request_closed"
    refused = [it for it in entries(wallet) if it.action == "refused"]
    assert [(it.actor, it.subject, it.detail["code"]) for it in refused] == [
        (boss.agent_id, request_id, "four_eyes_required"),
        (other.agent_id, request_id, "action_request_closed"),
    ]


def test_a_users_message_to_a_conversation_that_is_over_is_kept_without_its_words(
    wallet: Wallet,
) -> None:
    person = create_person(wallet)
    case = str(begin(person.client)["id"])
    assert person.client.post(f"{CONVERSATIONS}/{case}/close").status == 200
    before = len(entries(wallet))
    for _ in range(MOST_ABOUT_ONE + 2):
        assert say(person.client, case, "let me in").code == "conversation_closed"
    kept = entries(wallet)[before:]
    assert len(kept) == MOST_ABOUT_ONE
    assert {(it.actor, it.action, it.subject) for it in kept} == {(person.user_id, "refused", case)}
    assert kept[0].detail == {"operation": "send_message", "code": "conversation_closed"}
    assert person.client.get("/v1/support/access-log")["data"] == []


def test_what_is_kept_sparingly_is_bounded_by_the_hour(wallet: Wallet, clock: Clock) -> None:
    def keep(subject: str) -> bool:
        with wallet.database.transaction() as tx:
            return record_sparingly(tx, wallet.audit, Act("usr_1", "refused", subject))

    kept = [keep(f"cnv_{number % 10}") for number in range(60)]
    assert sum(kept) == MOST_OF_ONE
    with wallet.database.transaction() as tx:
        assert record_sparingly(tx, wallet.audit, Act("usr_2", "refused", "cnv_1"))
    clock.advance(minutes=61)
    assert [keep("cnv_1") for _ in range(4)] == [True] * MOST_ABOUT_ONE + [False]
