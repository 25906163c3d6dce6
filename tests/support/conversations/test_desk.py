"""The desk: agents claim, answer, note, put off, resolve, reopen, merge; each act is in the trail."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.audit.models import AuditEntry
from app.core.clock import rfc3339
from app.factory import Wallet
from app.support.conversations.models import Conversation
from app.support.conversations.rules import (
    ACTIVE,
    TRANSITIONS,
    ConversationStatus,
)
from tests.client import Answer, Client
from tests.conftest import Clock
from tests.factories.conversations import CONVERSATIONS, DESK, begin, say
from tests.factories.people import Person, create_person
from tests.factories.staff import Colleague, create_agent

S = ConversationStatus


@pytest.fixture
def person(wallet: Wallet) -> Person:
    return create_person(wallet)


@pytest.fixture
def agent(wallet: Wallet) -> Colleague:
    return create_agent(wallet)


@pytest.fixture
def colleague(wallet: Wallet) -> Colleague:
    return create_agent(wallet)


def act(agent: Colleague, conversation_id: str, verb: str, body: Any = None) -> Answer:
    return agent.client.post(f"{DESK}/{conversation_id}/{verb}", body)


def answer(agent: Colleague, conversation_id: str, text: str = "one moment", **more: Any) -> Answer:
    return act(agent, conversation_id, "messages", {"text": text} | more)


def texts_of(person: Person, conversation_id: str) -> list[tuple[str, str]]:
    found = person.client.get(f"{CONVERSATIONS}/{conversation_id}/messages")["data"]
    return [(it["author"], it["text"]) for it in found]


def acts(wallet: Wallet, conversation_id: str) -> list[AuditEntry]:
    with wallet.database.snapshot() as tx:
        query = sa.select(AuditEntry).where(AuditEntry.subject == conversation_id)
        return list(tx.scalars(query.order_by(AuditEntry.seq)))


def test_a_conversation_from_the_first_word_to_the_rating(
    wallet: Wallet, person: Person, agent: Colleague
) -> None:
    payment_id = person.pay()["id"]
    made = begin(person.client, "was it paid?", payment_id=payment_id)["id"]
    [listed] = agent.client.get(DESK, status="new", assigned_to="none")["data"]
    assert (listed["id"], listed["user_id"]) == (made, person.user_id)
    claimed = act(agent, made, "claim")
    assert (claimed.status, claimed["status"]) == (200, "open")
    assert claimed["agent"]["id"] == claimed["assigned_to"] == agent.agent_id
    said = answer(agent, made, "It was; please don't pay again.")
    assert (said.status, said["seq"], said["author"]) == (201, 2, "agent")
    assert agent.client.get(f"{DESK}/{made}")["status"] == "waiting_user"
    assert say(person.client, made, "thanks")["seq"] == 3
    assert agent.client.get(f"{DESK}/{made}")["status"] == "open"
    assert act(agent, made, "resolve")["status"] == "resolved"
    assert person.client.post(f"{CONVERSATIONS}/{made}/rating", {"score": 5}).status == 204
    seen = agent.client.get(f"{DESK}/{made}").body
    assert seen["rating"]["score"] == 5
    assert {it["state"] for it in seen["clocks"]} == {"met"}
    assert texts_of(person, made)[1] == ("agent", "It was; please don't pay again.")
    assert {it.reason for it in acts(wallet, made)} == {made}
    assert {it.customer_id for it in acts(wallet, made)} == {person.user_id}
    assert {"claim_conversation", "reply_to_user", "resolve_conversation", "read_conversation"} == {
        it.action for it in acts(wallet, made)
    }


def test_of_many_claims_at_once_one_wins(wallet: Wallet, person: Person) -> None:
    made = begin(person.client)["id"]
    agents = [create_agent(wallet) for _ in range(6)]

    def claim(agent: Colleague) -> tuple[int, str]:
        client = Client(wallet.app.test_client(), agent.client.headers)
        told = client.post(f"{DESK}/{made}/claim")
        return told.status, told["assigned_to"]

    with ThreadPoolExecutor(6) as pool:
        told = sorted(pool.map(claim, agents))
    assert [status for status, _ in told] == [200] + [409] * 5
    assert len({owner for _, owner in told}) == 1


def test_claiming_again_changes_nothing(
    person: Person, agent: Colleague, colleague: Colleague
) -> None:
    made = begin(person.client)["id"]
    first = act(agent, made, "claim")
    again = act(agent, made, "claim")
    assert (again.status, again["version"]) == (200, first["version"])
    refused = act(colleague, made, "claim")
    assert (refused.status, refused.code) == (409, "conversation_already_claimed")
    assert refused["assigned_to"] == agent.agent_id


def test_a_conversation_is_handed_over_and_back(
    person: Person, agent: Colleague, colleague: Colleague
) -> None:
    made = begin(person.client)["id"]
    given = act(agent, made, "assign", {"agent_id": colleague.agent_id})
    assert (given.status, given["assigned_to"]) == (200, colleague.agent_id)
    assert [it["id"] for it in colleague.client.get(DESK, assigned_to="me")["data"]] == [made]
    assert agent.client.get(DESK, assigned_to="me")["data"] == []
    assert act(agent, made, "assign", {"agent_id": None})["assigned_to"] is None
    assert act(agent, made, "assign", {"agent_id": "agt_none"}).code == "not_found"


def test_who_answers_what_nobody_has_is_responsible(person: Person, agent: Colleague) -> None:
    made = begin(person.client)["id"]
    answer(agent, made)
    seen = agent.client.get(f"{DESK}/{made}")
    assert (seen["assigned_to"], seen["status"]) == (agent.agent_id, "waiting_user")
    assert seen["first_replied_at"] is not None


def test_a_colleagues_reply_is_shown_before_mine_is_sent(
    person: Person, agent: Colleague, colleague: Colleague
) -> None:
    made = begin(person.client)["id"]
    answer(colleague, made, "I have it")
    refused = answer(agent, made, "I have it too", last_seen_seq=1)
    assert (refused.status, refused.code) == (409, "conversation_moved_on")
    assert [it["text"] for it in refused["messages"]] == ["I have it"]
    assert refused["last_seq"] == 2
    assert len(texts_of(person, made)) == 2
    assert answer(agent, made, "and I help", last_seen_seq=2).status == 201
    assert answer(agent, made, "my own stops nobody", last_seen_seq=2).status == 201
    say(person.client, made)  # what a user writes meanwhile stops nobody
    assert answer(agent, made, "here", last_seen_seq=4).status == 201
    assert answer(colleague, made, "without looking").status == 201


def test_notes_take_no_number_and_users_never_see_them(person: Person, agent: Colleague) -> None:
    made = begin(person.client)["id"]
    noted = act(agent, made, "notes", {"text": "knows the code 482913"})
    assert (noted.status, noted["after_seq"], noted["text"]) == (201, 1, "knows the code ******")
    assert answer(agent, made)["seq"] == 2
    act(agent, made, "notes", {"text": "again"})
    path = f"{DESK}/{made}/messages"
    found = agent.client.get(path)["data"]
    assert [(it["kind"], it["seq"]) for it in found] == [
        ("message", 1),
        ("note", None),
        ("message", 2),
        ("note", None),
    ]
    assert found[1]["agent"]["id"] == agent.agent_id
    pages, cursor = [], None
    while True:
        page = agent.client.get(path, limit=1, **({"cursor": cursor} if cursor else {}))
        pages += page["data"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert pages == found
    assert agent.client.get(path, after_seq=2)["data"] == found[3:]
    shown = person.client.get(f"{CONVERSATIONS}/{made}/messages").raw.decode()
    assert "again" not in shown
    assert person.client.get(f"{CONVERSATIONS}/{made}")["last_seq"] == 2


def test_a_snoozed_conversation_comes_back_in_time_or_when_the_user_writes(
    wallet: Wallet, person: Person, agent: Colleague, clock: Clock
) -> None:
    made = begin(person.client)["id"]
    until = clock.now() + timedelta(minutes=5)
    snoozed = act(agent, made, "snooze", {"until": rfc3339(until)})
    assert (snoozed.status, snoozed["snoozed_until"]) == (200, rfc3339(until))
    clock.advance(minutes=6)
    assert agent.client.get(f"{DESK}/{made}")["snoozed_until"] is None
    act(agent, made, "snooze", {"until": rfc3339(clock.now() + timedelta(minutes=1))})
    say(person.client, made)
    assert agent.client.get(f"{DESK}/{made}")["snoozed_until"] is None
    for wrong in (clock.now() - timedelta(seconds=1), clock.now() + timedelta(days=31)):
        refused = act(agent, made, "snooze", {"until": rfc3339(wrong)})
        assert refused.code == "validation_failed"


@pytest.mark.parametrize(
    ("whom", "status"),
    [
        ("user", "waiting_user"),
        ("third_party", "waiting_third_party"),
        ("approval", "waiting_approval"),
    ],
)
def test_a_wait_stops_the_clocks_and_the_users_word_ends_it(
    person: Person, agent: Colleague, whom: str, status: str
) -> None:
    made = begin(person.client)["id"]
    waiting = act(agent, made, "wait", {"for": whom})
    assert (waiting.status, waiting["status"]) == (200, status)
    states = {it["kind"]: it["state"] for it in waiting["clocks"]}
    assert states["resolution"] == "paused"
    say(person.client, made)
    back = agent.client.get(f"{DESK}/{made}")
    assert back["status"] == "open"
    assert {it["kind"]: it["state"] for it in back["clocks"]}["resolution"] == "running"


def test_an_answer_says_whose_turn_it_is(person: Person, agent: Colleague) -> None:
    made = begin(person.client)["id"]
    for wait_for, status in (
        ("nobody", "open"),
        ("third_party", "waiting_third_party"),
        (None, "waiting_third_party"),
        ("user", "waiting_user"),
    ):
        more = {} if wait_for is None else {"wait_for": wait_for}
        assert answer(agent, made, **more).status == 201
        assert agent.client.get(f"{DESK}/{made}")["status"] == status


def test_a_resolved_conversation_is_reopened_by_the_user_and_closes_by_itself(
    person: Person, agent: Colleague, clock: Clock
) -> None:
    made = begin(person.client)["id"]
    assert act(agent, made, "resolve")["status"] == "resolved"
    assert act(agent, made, "resolve").status == 200
    say(person.client, made, "one more thing")
    assert agent.client.get(f"{DESK}/{made}")["status"] == "open"
    act(agent, made, "resolve")
    clock.advance(days=6, hours=23)
    later = create_agent(person.wallet)
    assert later.client.get(f"{DESK}/{made}")["status"] == "resolved"
    clock.advance(hours=2)
    later = create_agent(person.wallet)
    assert later.client.get(f"{DESK}/{made}")["status"] == "closed"
    assert say(person.signed_in_again(), made).code == "conversation_closed"


def test_reopening_within_a_week_and_following_up_later(
    person: Person, agent: Colleague, clock: Clock
) -> None:
    made = begin(person.client, subject="a payment")["id"]
    person.client.post(f"{CONVERSATIONS}/{made}/close")
    again = act(agent, made, "reopen")
    assert (again.status, again["status"], again["closed_at"]) == (200, "open", None)
    assert act(agent, made, "reopen").status == 200
    act(agent, made, "resolve")
    clock.advance(days=8)
    follow_up = act(create_agent(person.wallet), made, "reopen")
    assert (follow_up.status, follow_up["status"]) == (201, "new")
    assert follow_up["follow_up_of"] == made
    assert follow_up["channel"] == "ticket"
    assert (follow_up["subject"], follow_up["user_id"]) == ("a payment", person.user_id)


def test_an_escalation_makes_it_urgent_and_says_why(person: Person, agent: Colleague) -> None:
    made = begin(person.client)["id"]
    escalated = act(agent, made, "escalate", {"reason": "two payments at once"})
    assert (escalated.status, escalated["priority"]) == (200, "urgent")
    assert escalated["escalated_at"] is not None
    entries = agent.client.get(f"{DESK}/{made}/messages")["data"]
    assert (entries[-1]["kind"], entries[-1]["text"]) == ("note", "two payments at once")


def test_two_conversations_of_one_customer_go_on_as_one(
    wallet: Wallet, person: Person, agent: Colleague
) -> None:
    first, second = (begin(person.client, text)["id"] for text in ("one", "two"))
    merged = act(agent, second, "merge", {"into": first})
    assert (merged.status, merged["status"], merged["merged_into"]) == (200, "merged", first)
    assert texts_of(person, second)[-1][0] == "system"
    assert first in texts_of(person, second)[-1][1]
    assert second in texts_of(person, first)[-1][1]
    assert say(person.client, second).code == "conversation_closed"
    assert act(agent, second, "reopen").code == "conversation_closed"
    strangers = begin(create_person(wallet).client)["id"]
    for source, into in ((first, first), (first, strangers), (first, second)):
        assert act(agent, source, "merge", {"into": into}).code == "conversations_not_mergeable"
    assert act(agent, first, "merge", {"into": "cnv_none"}).code == "not_found"


def test_what_was_promised_in_the_one_is_kept_in_the_other(
    wallet: Wallet, person: Person, agent: Colleague, clock: Clock
) -> None:
    def promise(conversation_id: str) -> tuple[str, str | None]:
        it = agent.client.get(f"{DESK}/{conversation_id}")
        return it["promised_reply_at"], {c["kind"]: c["state"] for c in it["clocks"]}["promise"]

    answered, asked = (begin(person.client, text)["id"] for text in ("one", "two"))
    agent.client.post(f"{DESK}/{answered}/messages", {"text": "Yes."}, key="fresh")
    clock.advance(seconds=10)
    later = begin(person.client, "three")["id"]
    promised = promise(asked)[0]
    assert promise(answered)[1] == "met"
    act(agent, asked, "merge", {"into": answered})
    assert promise(answered) == (promised, "running")
    assert promise(asked)[1] == "cancelled"
    act(agent, later, "merge", {"into": answered})
    assert promise(answered) == (promised, "running")  # the earlier one counts
    agent.client.post(f"{DESK}/{answered}/messages", {"text": "Here."}, key="fresh")
    assert promise(answered)[1] == "met"


def test_what_is_over_takes_no_act(person: Person, agent: Colleague) -> None:
    made = begin(person.client)["id"]
    person.client.post(f"{CONVERSATIONS}/{made}/close")
    until = "2026-12-01T00:00:00Z"
    for verb, body in (
        ("claim", None),
        ("assign", {"agent_id": agent.agent_id}),
        ("messages", {"text": "hi"}),
        ("typing", None),
        ("snooze", {"until": until}),
        ("wait", {"for": "user"}),
        ("resolve", None),
        ("escalate", {"reason": "why not"}),
    ):
        refused = act(agent, made, verb, body)
        assert (refused.status, refused.code) == (409, "conversation_closed"), verb
    assert act(agent, made, "notes", {"text": "an afterthought"}).status == 201


def test_an_unknown_conversation_is_not_found_and_the_attempt_is_kept(
    wallet: Wallet, agent: Colleague
) -> None:
    for verb in ("claim", "resolve", "reopen"):
        assert act(agent, "cnv_none", verb).code == "not_found"
    assert agent.client.get(f"{DESK}/cnv_none").status == 404
    assert [it.action for it in acts(wallet, "cnv_none")] == ["refused"] * 4


def test_the_queue_is_filtered_and_the_look_is_kept(
    wallet: Wallet, person: Person, agent: Colleague
) -> None:
    made = [begin(person.client, channel=it)["id"] for it in ("ticket", "ticket", "ticket")]
    act(agent, made[0], "claim")
    assert [it["id"] for it in agent.client.get(DESK)["data"]] == made[::-1]
    assert [it["id"] for it in agent.client.get(DESK, assigned_to="none")["data"]] == made[:0:-1]
    mine = agent.client.get(DESK, assigned_to=agent.agent_id, status="open")["data"]
    assert [it["id"] for it in mine] == made[:1]
    assert agent.client.get(DESK, channel="email")["data"] == []
    assert agent.client.get(DESK, status="lost").code == "validation_failed"
    with wallet.database.snapshot() as tx:
        query = sa.select(AuditEntry).where(AuditEntry.action == "list_conversations")
        looks = tx.scalars(query.order_by(AuditEntry.seq)).all()
    assert looks[0].detail == {"conversations": made[::-1]}
    assert [it.customer_id for it in looks] == [person.user_id] * 3 + [None]


def test_the_same_key_answers_once(person: Person, agent: Colleague) -> None:
    made = begin(person.client)["id"]
    path = f"{DESK}/{made}/messages"
    said = [agent.client.post(path, {"text": "once"}, key="one") for _ in range(2)]
    assert said[0].raw == said[1].raw
    assert texts_of(person, made) == [("user", "hello"), ("agent", "once")]


def test_canned_replies_are_filled_from_the_wallet(person: Person, agent: Colleague) -> None:
    payment_id = person.pay(12800)["id"]
    made = begin(person.client, payment_id=payment_id)["id"]
    path = "/internal/v1/canned-replies"
    filled = {
        it["id"]: it for it in agent.client.get(path, conversation_id=made, locale="zh-CN")["data"]
    }
    assert payment_id in filled["payment_succeeded"]["text"]
    assert "¥128.00" in filled["payment_succeeded"]["text"]
    assert filled["payment_succeeded"]["missing"] == []
    english = agent.client.get(path, conversation_id=made)["data"]
    assert english[0]["locale"] == "en"
    empty = {it["id"]: it for it in agent.client.get(path)["data"]}
    assert empty["payment_succeeded"]["missing"] == ["amount", "ref"]
    assert "{amount}" in empty["payment_succeeded"]["text"]
    assert agent.client.get(path, conversation_id="cnv_none").status == 404


def test_no_user_comes_in(person: Person) -> None:
    made = begin(person.client)["id"]
    for path in (DESK, f"{DESK}/{made}", "/internal/v1/events", "/internal/v1/canned-replies"):
        assert person.client.get(path).code == "access_token_invalid"


def test_every_state_but_the_last_ones_can_be_left() -> None:
    assert set(TRANSITIONS) == set(S)
    assert {it for it in S if not TRANSITIONS[it]} == {S.MERGED}
    assert all(S.NEW not in after for after in TRANSITIONS.values())
    assert all(S.RESOLVED in TRANSITIONS[it] for it in ACTIVE)


def test_the_database_keeps_the_states_whole(wallet: Wallet, person: Person) -> None:
    made = begin(person.client)["id"]
    for wrong in ({"status": "lost"}, {"status": "closed"}, {"status": "merged"}, {"last_seq": -1}):
        with pytest.raises(sa.exc.IntegrityError), wallet.database.transaction() as tx:
            tx.execute(sa.update(Conversation).where(Conversation.id == made).values(wrong))
