"""A call stands in the queue as a case: its clocks, whose it is, what it is about, and what becomes of it."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

from app.audit.models import AuditEntry
from app.factory import Wallet
from app.support.conversations import flooding
from app.support.conversations.models import QueueEvent
from tests.client import Answer, Client
from tests.conftest import Clock
from tests.factories.calls import a_code, phone_of, pick_up, verify
from tests.factories.conversations import CONVERSATIONS, DESK, begin, say, to_local
from tests.factories.meeting import meet
from tests.factories.people import Person, create_person
from tests.factories.staff import Colleague, create_agent

CALLS = "/internal/v1/calls"


@pytest.fixture
def person(wallet: Wallet) -> Person:
    return create_person(wallet)


@pytest.fixture
def agent(wallet: Wallet) -> Colleague:
    return create_agent(wallet)


def case_of(agent: Colleague, call: Answer) -> Answer:
    """The conversation that the call belongs to now."""
    now = agent.client.get(f"{CALLS}/{call['id']}")
    return agent.client.get(f"{DESK}/{now['conversation_id']}")


def change(agent: Colleague, call: Answer, **values: object) -> Answer:
    return agent.client.patch(f"{CALLS}/{call['id']}", values)


def clocks_of(case: Answer) -> dict[str, str]:
    return {it["kind"]: it["state"] for it in case["clocks"]}


def dial(agent: Colleague, phone: str | None, **more: object) -> Answer:
    return agent.client.post(CALLS, {"phone": phone, "direction": "outbound"} | more)


def test_a_call_stands_in_the_queue_beside_the_chats_and_is_being_answered(
    wallet: Wallet, person: Person, clock: Clock
) -> None:
    to_local(clock, 12)  # by night a chat is a ticket
    agent = create_agent(wallet)
    chat = begin(create_person(wallet).client)["id"]
    call = pick_up(agent, phone_of(wallet, person))
    queue = agent.client.get(DESK)["data"]
    assert [(it["id"], it["channel"]) for it in queue] == [
        (call["conversation_id"], "hotline"),
        (chat, "chat"),
    ]
    case = queue[0]
    assert (case["status"], case["user_id"]) == ("open", person.user_id)
    assert (case["assigned_to"], case["last_seq"]) == (agent.agent_id, 0)
    assert case["first_replied_at"] == call["started_at"]
    assert case["promised_reply_at"] is None


def test_nobody_on_the_telephone_waits_for_an_answer_but_for_a_solution(
    wallet: Wallet, person: Person, agent: Colleague, clock: Clock
) -> None:
    to_local(clock, 11)
    agent = create_agent(wallet)
    call = pick_up(agent, phone_of(wallet, person))
    assert clocks_of(case_of(agent, call)) == {"first_response": "met", "resolution": "running"}
    change(agent, call, status="ended")
    assert case_of(agent, call)["status"] == "open"
    resolved = agent.client.post(f"{DESK}/{call['conversation_id']}/resolve")
    assert clocks_of(resolved) == {"first_response": "met", "resolution": "met"}


def test_a_call_of_nobody_we_know_is_a_case_too(agent: Colleague) -> None:
    case = case_of(agent, pick_up(agent, None))
    assert (case["channel"], case["user_id"], case["assigned_to"]) == (
        "hotline",
        None,
        agent.agent_id,
    )


def test_the_user_finds_the_call_among_the_own_conversations_and_can_go_on_in_writing(
    wallet: Wallet, person: Person, agent: Colleague
) -> None:
    call = pick_up(agent, phone_of(wallet, person))
    change(agent, call, notes="says the coffee was paid twice", status="ended")
    [found] = person.client.get(CONVERSATIONS)["data"]
    assert (found["id"], found["channel"]) == (call["conversation_id"], "hotline")
    assert "coffee" not in str(found), "notes are for colleagues"
    assert say(person.client, found["id"], "one more thing")["seq"] == 1


def test_the_case_goes_with_the_caller_once_the_code_says_who_it_is(
    wallet: Wallet, person: Person, agent: Colleague
) -> None:
    friend = create_person(wallet)
    call = pick_up(agent, phone_of(wallet, friend))
    assert verify(agent, call["id"], a_code(person.client)).status == 200
    case = case_of(agent, call)
    assert (case["user_id"], case["status"]) == (person.user_id, "open")
    [left] = friend.client.get(CONVERSATIONS)["data"]
    assert (left["id"], left["status"]) == (call["conversation_id"], "closed")
    assert friend.client.get(f"{CONVERSATIONS}/{case['id']}").status == 404


def test_a_case_never_goes_from_one_customer_to_another_with_what_belongs_to_it(
    wallet: Wallet, person: Person, agent: Colleague
) -> None:
    friend = create_person(wallet)
    call = pick_up(agent, phone_of(wallet, friend))
    first = call["conversation_id"]
    agent.client.post(f"{DESK}/{first}/notes", {"text": "the friend's balance"})
    change(agent, call, user_id=person.user_id)
    now = case_of(agent, call)
    assert (now["user_id"], now["notes"]) == (person.user_id, 0)
    kept = agent.client.get(f"{DESK}/{first}")
    assert (kept["user_id"], kept["notes"], kept["status"]) == (friend.user_id, 1, "open")


def test_a_case_of_nobody_becomes_the_callers(
    wallet: Wallet, person: Person, agent: Colleague
) -> None:
    call = pick_up(agent, None)
    verify(agent, call["id"], a_code(person.client))
    case = case_of(agent, call)
    assert (case["id"], case["user_id"]) == (call["conversation_id"], person.user_id)


def test_what_was_written_to_one_customer_is_never_shown_to_another(
    wallet: Wallet, person: Person, agent: Colleague
) -> None:
    friend = create_person(wallet)
    call = pick_up(agent, phone_of(wallet, friend))
    first = call["conversation_id"]
    agent.client.post(f"{DESK}/{first}/messages", {"text": "as I said on the phone"})
    change(agent, call, user_id=person.user_id)
    second = case_of(agent, call)
    assert second["id"] != first
    assert (second["user_id"], second["last_seq"]) == (person.user_id, 0)
    assert agent.client.get(f"{DESK}/{first}")["user_id"] == friend.user_id
    [shown] = person.client.get(CONVERSATIONS)["data"]
    assert shown["id"] == second["id"]


def test_a_case_that_was_escalated_is_not_merged_away_by_its_call(
    wallet: Wallet, person: Person, agent: Colleague
) -> None:
    ticket = begin(person.client, channel="ticket")["id"]
    call = pick_up(agent, phone_of(wallet, person))
    own = call["conversation_id"]
    agent.client.post(f"{DESK}/{own}/escalate", {"reason": "fraud suspected"})
    change(agent, call, conversation_id=ticket)
    assert agent.client.get(f"{DESK}/{own}")["priority"] == "urgent"
    assert agent.client.get(f"{DESK}/{own}")["status"] == "open"


def test_a_call_takes_nothing_of_an_earlier_caller_in_the_same_case(
    wallet: Wallet, person: Person, agent: Colleague
) -> None:
    first = pick_up(agent, phone_of(wallet, person))
    verify(agent, first["id"], a_code(person.client))
    change(agent, first, status="ended")
    second = pick_up(agent, phone_of(wallet, person))
    change(agent, second, conversation_id=first["conversation_id"])
    body = {
        "type": "unlock_login",
        "user_id": person.user_id,
        "reason": "locked out",
        "conversation_id": first["conversation_id"],
    }
    refused = agent.client.post("/internal/v1/action-requests", body)
    assert refused.code == "verification_level_required"


def test_whoever_claims_a_number_uses_up_no_case_of_its_owner(
    wallet: Wallet, person: Person, agent: Colleague, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flooding, "OPEN_AT_ONCE", 2)
    for _ in range(3):
        pick_up(agent, phone_of(wallet, person))
    for _ in range(2):
        begin(person.client, channel="ticket")
    again = {"channel": "ticket", "message": "one more"}
    assert person.client.post(CONVERSATIONS, again).code == "rate_limited"


def test_where_we_called_first_nobody_waited_for_an_answer(
    wallet: Wallet, person: Person, agent: Colleague
) -> None:
    case = case_of(agent, dial(agent, phone_of(wallet, person)))
    assert clocks_of(case) == {"first_response": "cancelled", "resolution": "running"}
    assert case["first_replied_at"] is None


def test_a_follow_up_of_a_call_is_answered_in_writing(
    wallet: Wallet, person: Person, agent: Colleague, clock: Clock
) -> None:
    call = pick_up(agent, phone_of(wallet, person))
    agent.client.post(f"{DESK}/{call['conversation_id']}/resolve")
    clock.advance(days=8)
    later = create_agent(wallet)
    follow_up = later.client.post(f"{DESK}/{call['conversation_id']}/reopen")
    assert (follow_up.status, follow_up["channel"]) == (201, "ticket")


def test_what_is_merged_takes_its_calls_and_its_urgency_along(
    wallet: Wallet, person: Person, agent: Colleague
) -> None:
    ticket = begin(person.client, channel="ticket")["id"]
    agent.client.post(f"{DESK}/{ticket}/resolve")
    call = pick_up(agent, phone_of(wallet, person))
    own = call["conversation_id"]
    agent.client.post(f"{DESK}/{own}/escalate", {"reason": "waits for a day"})
    assert agent.client.post(f"{DESK}/{own}/merge", {"into": ticket}).status == 200
    case = agent.client.get(f"{DESK}/{ticket}")
    assert (case["status"], case["priority"]) == ("open", "urgent")
    assert case_of(agent, call)["id"] == ticket


def test_a_caller_who_is_nobody_we_know_after_all_leaves_no_case_with_the_customer(
    wallet: Wallet, person: Person, agent: Colleague
) -> None:
    call = pick_up(agent, phone_of(wallet, person))
    change(agent, call, user_id=None)
    assert case_of(agent, call)["user_id"] is None
    assert [it["status"] for it in person.client.get(CONVERSATIONS)["data"]] == ["closed"]


def test_a_call_about_an_open_case_goes_on_in_it(
    wallet: Wallet, person: Person, agent: Colleague, clock: Clock
) -> None:
    to_local(clock, 11)
    agent, app = create_agent(wallet), person.signed_in_again()
    ticket = begin(app, "where is my refund?", channel="ticket")["id"]
    call = pick_up(agent, phone_of(wallet, person))
    own = call["conversation_id"]
    assert change(agent, call, conversation_id=ticket)["conversation_id"] == ticket
    emptied = agent.client.get(f"{DESK}/{own}")
    assert (emptied["status"], emptied["merged_into"]) == ("merged", ticket)
    case = agent.client.get(f"{DESK}/{ticket}")
    assert (case["assigned_to"], case["last_seq"]) == (agent.agent_id, 1)
    assert clocks_of(case) == {"first_response": "met", "resolution": "running", "promise": "met"}
    assert [it["id"] for it in agent.client.get(CALLS, conversation_id=ticket)["data"]] == [
        call["id"]
    ]


def test_a_case_in_which_something_was_said_stays_when_the_call_leaves_it(
    wallet: Wallet, person: Person, agent: Colleague
) -> None:
    ticket = begin(person.client, channel="ticket")["id"]
    call = pick_up(agent, phone_of(wallet, person))
    own = call["conversation_id"]
    agent.client.post(f"{DESK}/{own}/messages", {"text": "here is what we spoke of"})
    change(agent, call, conversation_id=ticket)
    assert agent.client.get(f"{DESK}/{own}")["status"] == "waiting_user"


@pytest.mark.parametrize(("verb", "body"), [("wait", {"for": "user"}), ("resolve", None)])
def test_who_calls_about_a_case_opens_it_again(
    wallet: Wallet, person: Person, agent: Colleague, verb: str, body: Any
) -> None:
    ticket = begin(person.client, channel="ticket")["id"]
    assert agent.client.post(f"{DESK}/{ticket}/{verb}", body).status == 200
    call = pick_up(agent, phone_of(wallet, person))
    change(agent, call, conversation_id=ticket)
    assert agent.client.get(f"{DESK}/{ticket}")["status"] == "open"


def test_to_call_back_is_no_answer_until_somebody_says_so(
    wallet: Wallet, person: Person, agent: Colleague, clock: Clock
) -> None:
    to_local(clock, 11)
    agent, app = create_agent(wallet), person.signed_in_again()
    ticket = begin(app, "please call me", channel="ticket")["id"]
    call = dial(agent, phone_of(wallet, person), conversation_id=ticket)
    assert (call.status, call["conversation_id"]) == (201, ticket)
    case = agent.client.get(f"{DESK}/{ticket}")
    assert (case["status"], case["first_replied_at"]) == ("new", None)
    assert clocks_of(case)["first_response"] == "running"
    assert [it["channel"] for it in agent.client.get(DESK)["data"]] == ["ticket"]


def test_another_number_of_the_customer_is_a_claim_by_the_case_alone(
    wallet: Wallet, person: Person, agent: Colleague
) -> None:
    ticket = begin(person.client, channel="ticket")["id"]
    call = dial(agent, "+8613700000000", conversation_id=ticket)
    assert (call["user_id"], call["level"]) == (person.user_id, "L0")


def test_a_call_is_never_put_into_a_case_of_another_customer(
    wallet: Wallet, person: Person, agent: Colleague
) -> None:
    friend = create_person(wallet)
    theirs = begin(friend.client)["id"]
    call = pick_up(agent, phone_of(wallet, person))
    nobody = pick_up(agent, None)
    for refused in (
        change(agent, call, conversation_id=theirs),
        change(agent, nobody, conversation_id=theirs),
        change(agent, call, conversation_id=nobody["conversation_id"]),
        dial(agent, phone_of(wallet, person), conversation_id=theirs),
    ):
        assert (refused.status, refused.code) == (409, "call_of_another_customer")
    assert case_of(agent, call)["id"] == call["conversation_id"]
    assert len(agent.client.get(CALLS)["data"]) == 2, "the refused one was not recorded"


def test_a_call_about_no_case_or_one_that_is_over_is_refused(
    wallet: Wallet, person: Person, agent: Colleague
) -> None:
    over = begin(person.client)["id"]
    person.client.post(f"{CONVERSATIONS}/{over}/close")
    call = pick_up(agent, phone_of(wallet, person))
    assert change(agent, call, conversation_id="cnv_none").code == "not_found"
    assert change(agent, call, conversation_id=over).code == "conversation_closed"
    assert dial(agent, None, conversation_id="cnv_none").code == "not_found"


def test_who_takes_the_call_over_takes_its_case(
    wallet: Wallet, person: Person, agent: Colleague
) -> None:
    colleague = create_agent(wallet)
    call = pick_up(agent, phone_of(wallet, person))
    change(agent, call, agent_id=colleague.agent_id)
    assert case_of(agent, call)["assigned_to"] == colleague.agent_id


def test_a_case_that_a_colleague_has_stays_theirs(
    wallet: Wallet, person: Person, agent: Colleague
) -> None:
    owner, third = create_agent(wallet), create_agent(wallet)
    ticket = begin(person.client, channel="ticket")["id"]
    owner.client.post(f"{DESK}/{ticket}/claim")
    call = pick_up(agent, phone_of(wallet, person))
    change(agent, call, conversation_id=ticket)
    change(agent, call, agent_id=third.agent_id)
    assert agent.client.get(f"{DESK}/{ticket}")["assigned_to"] == owner.agent_id


def test_the_case_of_a_verified_call_is_as_sure_as_the_call(
    wallet: Wallet, person: Person, agent: Colleague
) -> None:
    call = pick_up(agent, phone_of(wallet, person))
    body = {
        "type": "unlock_login",
        "user_id": person.user_id,
        "reason": "locked out",
        "conversation_id": call["conversation_id"],
    }
    requests = "/internal/v1/action-requests"
    assert agent.client.post(requests, body).code == "verification_level_required"
    verify(agent, call["id"], a_code(person.client))
    stranger = create_agent(wallet)
    assert stranger.client.post(requests, body).code == "verification_level_required"
    assert agent.client.post(requests, body).status == 201


def test_a_fact_from_the_account_is_more_than_a_number_and_opens_no_door(
    wallet: Wallet, person: Person, agent: Colleague
) -> None:
    call = pick_up(agent, phone_of(wallet, person))
    assert change(agent, call, confirmed_fact="recent_payment")["level"] == "L2"
    body = {"type": "unlock_login", "user_id": person.user_id, "reason": "locked out"}
    refused = agent.client.post("/internal/v1/action-requests", body | {"call_id": call["id"]})
    assert refused.code == "verification_level_required"
    verify(agent, call["id"], a_code(person.client))
    assert change(agent, call, confirmed_fact="open_case")["level"] in ("L3", "L4")
    with wallet.database.snapshot() as tx:
        kept = tx.scalars(sa.select(AuditEntry).where(AuditEntry.action == "change_call")).all()
    assert [it.detail["confirmed_fact"] for it in kept] == ["recent_payment", "open_case"]


def test_a_fact_about_nobody_is_refused_and_falls_with_its_customer(
    wallet: Wallet, person: Person, agent: Colleague
) -> None:
    call = pick_up(agent, None)
    assert change(agent, call, confirmed_fact="recent_payment").code == "caller_unknown"
    assert change(agent, call, confirmed_fact="birthday").code == "validation_failed"
    both = change(agent, call, user_id=person.user_id, confirmed_fact="recent_payment")
    assert both["level"] == "L2"
    assert change(agent, call, user_id=create_person(wallet).user_id)["level"] == "L0"
    change(agent, call, status="ended")
    assert change(agent, call, confirmed_fact="recent_payment").code == "call_ended"


def test_the_queue_hears_when_a_call_begins_and_ends(wallet: Wallet, agent: Colleague) -> None:
    call = pick_up(agent, None)
    for _ in range(2):
        change(agent, call, status="ended")
    with wallet.database.snapshot() as tx:
        told = [it.type for it in tx.scalars(sa.select(QueueEvent).order_by(QueueEvent.id))]
    assert told == ["opened", "assigned", "call_began", "status_changed", "call_ended"]


def test_two_who_put_one_call_into_two_cases_leave_it_in_one(
    wallet: Wallet, person: Person
) -> None:
    bosses = [create_agent(wallet, "supervisor") for _ in range(2)]
    call = pick_up(bosses[0], phone_of(wallet, person))
    tickets = [begin(person.client, channel="ticket")["id"] for _ in range(2)]

    def put(place: int) -> int:
        client = Client(wallet.app.test_client(), bosses[place].client.headers)
        wanted = {"conversation_id": tickets[place]}
        return client.patch(f"{CALLS}/{call['id']}", wanted).status

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(put, range(2))) == [200, 200]
    now = bosses[0].client.get(f"{CALLS}/{call['id']}")["conversation_id"]
    assert now in tickets
    own = bosses[0].client.get(f"{DESK}/{call['conversation_id']}")
    assert own["status"] == "merged"
    assert own["merged_into"] in tickets


def test_nobody_is_written_to_before_it_is_known_who_called(
    wallet: Wallet, person: Person, agent: Colleague
) -> None:
    case = pick_up(agent, None)["conversation_id"]
    refused = agent.client.post(f"{DESK}/{case}/messages", {"text": "hello?"}, key="fresh")
    assert (refused.status, refused.code) == (409, "nobody_to_write_to")
    assert agent.client.get(f"{DESK}/{case}")["last_seq"] == 0
    assert agent.client.post(f"{DESK}/{case}/notes", {"text": "calls again"}).status == 201
    known = pick_up(agent, phone_of(wallet, person))["conversation_id"]
    said = agent.client.post(f"{DESK}/{known}/messages", {"text": "as we said"}, key="fresh")
    assert said.status == 201


def test_the_call_of_a_case_counts_once_as_a_first_answer(
    wallet: Wallet, person: Person, agent: Colleague
) -> None:
    ticket = begin(person.client, channel="ticket")["id"]
    call = pick_up(agent, phone_of(wallet, person))
    change(agent, call, conversation_id=ticket)
    pick_up(agent, None)
    report = agent.client.get("/internal/v1/reports/sla")
    first = {it["channel"]: it["first_response"]["met"] for it in report["channels"]}
    assert (first["all"], first["ticket"], first["hotline"]) == (2, 1, 1)


def test_a_call_and_a_merging_that_meet_do_not_wait_for_each_other(
    wallet: Wallet, person: Person, agent: Colleague
) -> None:
    """One takes the call's case first and then the ticket, the other by their ids."""
    ticket = begin(person.client, channel="ticket")["id"]
    call = pick_up(agent, None)
    case = call["conversation_id"]
    assert ticket < case
    colleague = create_agent(wallet)
    found, merged = meet(
        wallet,
        lambda: change(agent, call, user_id=person.user_id, conversation_id=ticket),
        lambda: colleague.client.post(f"{DESK}/{ticket}/merge", {"into": case}),
        at="conversation.customer_changed",
    )
    assert (found.status, found["conversation_id"]) == (200, ticket)
    assert merged.code == "conversations_not_mergeable"  # there is nothing left to merge


def test_who_is_put_through_while_the_case_is_merged_waits_for_nobody(
    wallet: Wallet, person: Person, agent: Colleague
) -> None:
    first, second = (begin(person.client, channel="ticket")["id"] for _ in range(2))
    call = pick_up(agent, phone_of(wallet, person))
    change(agent, call, conversation_id=second)
    colleague = create_agent(wallet)
    merged, put_through = meet(
        wallet,
        lambda: colleague.client.post(f"{DESK}/{second}/merge", {"into": first}),
        lambda: change(agent, call, agent_id=colleague.agent_id),
        at="conversation.message_created",
    )
    assert (merged.status, put_through.status) == (200, 200)
    assert colleague.client.get(f"{CALLS}/{call['id']}")["conversation_id"] == first
