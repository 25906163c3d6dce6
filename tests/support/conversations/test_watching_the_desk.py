"""What a page keeps asking for: a look is in the trail when it begins, and what follows by itself belongs to it."""

import sqlalchemy as sa

from app.audit.models import AuditEntry
from app.core.http.call import Principal
from app.core.pagination import PageRequest
from app.factory import Wallet
from app.support.conversations.agent_queries import QueueFilter
from app.support.conversations.operations.resolve_conversation import resolve_conversation
from app.support.conversations.operations.watch_desk import watch_conversation, watch_queue
from app.support.conversations.operations.write_note import write_note
from tests.conftest import Clock
from tests.factories.people import Person, create_person
from tests.factories.staff import create_agent

EVERYTHING, PAGE = QueueFilter(), PageRequest(50)


def begin(person: Person, message: str) -> str:
    body = {"channel": "ticket", "message": message}
    return str(person.client.post("/v1/support/conversations", body)["id"])


def agent_of(wallet: Wallet) -> Principal:
    return Principal("agent", create_agent(wallet).agent_id, "ags_1", "agent")


def looks(wallet: Wallet, who: Principal, action: str) -> list[str | None]:
    """Whose data the trail says the agent has seen, oldest first."""
    mine = (AuditEntry.actor == who.id, AuditEntry.action == action)
    with wallet.database.snapshot() as tx:
        query = sa.select(AuditEntry.customer_id).where(*mine)
        return list(tx.scalars(query.order_by(AuditEntry.seq)))


def test_the_queue_shows_the_last_words_and_no_name_in_full(wallet: Wallet) -> None:
    person, who = create_person(wallet), agent_of(wallet)
    case = begin(person, "first")
    path = f"/v1/support/conversations/{case}/messages"
    person.client.post(path, {"text": "second"})
    (row,) = watch_queue(wallet.support, who, EVERYTHING, PAGE).data
    assert (row.found.conversation.id, row.last.text if row.last else "") == (case, "second")
    assert row.customer_name is not None
    assert "*" in row.customer_name
    assert [it.kind for it in row.found.clocks][:2] == ["first_response", "resolution"]


def test_what_is_resolved_is_not_active(wallet: Wallet) -> None:
    person, who = create_person(wallet), agent_of(wallet)
    solved, going_on = begin(person, "a"), begin(person, "b")
    resolve_conversation(wallet.support, who, solved)
    rows = watch_queue(wallet.support, who, QueueFilter(active_only=True), PAGE).data
    assert [row.found.conversation.id for row in rows] == [going_on]


def test_asking_again_by_itself_is_the_same_look_for_ten_minutes(
    wallet: Wallet, clock: Clock
) -> None:
    person, who = create_person(wallet), agent_of(wallet)
    begin(person, "a")
    for _ in range(3):
        watch_queue(wallet.support, who, EVERYTHING, PAGE, again=True)
    assert looks(wallet, who, "watch_queue") == [person.user_id]
    newcomer = create_person(wallet)
    begin(newcomer, "b")
    watch_queue(wallet.support, who, EVERYTHING, PAGE, again=True)
    assert looks(wallet, who, "watch_queue") == [person.user_id, newcomer.user_id]
    clock.advance(minutes=10)
    watch_queue(wallet.support, who, EVERYTHING, PAGE, again=True)
    assert len(looks(wallet, who, "watch_queue")) == 4


def test_opening_a_page_is_a_look_every_time(wallet: Wallet) -> None:
    person, who = create_person(wallet), agent_of(wallet)
    case = begin(person, "a")
    for _ in range(2):
        watch_conversation(wallet.support, who, case)
    watch_conversation(wallet.support, who, case, again=True)
    assert looks(wallet, who, "watch_conversation") == [person.user_id] * 2


def test_another_agents_look_is_another_look(wallet: Wallet) -> None:
    person, first, second = create_person(wallet), agent_of(wallet), agent_of(wallet)
    case = begin(person, "a")
    watch_conversation(wallet.support, first, case)
    watch_conversation(wallet.support, second, case, again=True)
    assert looks(wallet, second, "watch_conversation") == [person.user_id]


def test_a_long_conversation_shows_its_last_hundred(wallet: Wallet) -> None:
    person, who = create_person(wallet), agent_of(wallet)
    case = begin(person, "1")
    path = f"/v1/support/conversations/{case}/messages"
    for number in range(2, 103):
        person.client.post(path, {"text": str(number)})
    write_note(wallet.support, who, case, "a note")
    watched = watch_conversation(wallet.support, who, case)
    assert watched.earlier
    newest = [str(number) for number in range(4, 103)]
    assert [it.text for it in watched.entries] == [*newest, "a note"]
