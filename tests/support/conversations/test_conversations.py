"""A user's conversations: opened, told in order, masked, closed, rated; nobody else sees them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.core.clock import rfc3339
from app.factory import Wallet
from app.support.conversations.models import ConversationRating, Message
from tests.client import Client
from tests.conftest import Clock
from tests.factories.conversations import CONVERSATIONS, begin, say, to_local
from tests.factories.people import Person, create_person

SHAPE = {
    "id",
    "channel",
    "status",
    "subject",
    "payment_id",
    "last_seq",
    "promised_reply_at",
    "created_at",
}
MESSAGE = {"id", "seq", "author", "text", "created_at"}


@pytest.fixture
def person(wallet: Wallet) -> Person:
    return create_person(wallet)


def test_the_first_message_is_number_one(person: Person) -> None:
    payment_id = person.pay()["id"]
    made = begin(person.client, "where is it?", subject="a payment", payment_id=payment_id)
    assert set(made.body) == SHAPE
    assert made["id"].startswith("cnv_")
    assert (made["status"], made["subject"], made["last_seq"]) == ("new", "a payment", 1)
    assert made["payment_id"] == payment_id
    [message] = person.client.get(f"{CONVERSATIONS}/{made['id']}/messages")["data"]
    assert set(message) == MESSAGE
    assert (message["seq"], message["author"], message["text"]) == (1, "user", "where is it?")


def test_messages_are_numbered_and_listed_oldest_first(person: Person) -> None:
    path = f"{CONVERSATIONS}/{begin(person.client)['id']}/messages"
    for number in range(2, 7):
        sent = person.client.post(path, {"text": f"number {number}"})
        assert (sent.status, sent["seq"], sent["author"]) == (201, number, "user")
    page = person.client.get(path, limit=4)
    assert [it["seq"] for it in page["data"]] == [1, 2, 3, 4]
    rest = person.client.get(path, limit=4, cursor=page["next_cursor"])
    assert [it["seq"] for it in rest["data"]] == [5, 6]
    assert rest["next_cursor"] is None
    behind = person.client.get(path, after_seq=3)
    assert [it["seq"] for it in behind["data"]] == [4, 5, 6]
    assert person.client.get(path, after_seq=99)["data"] == []


def test_many_posts_at_once_leave_no_gap_and_no_double(wallet: Wallet, person: Person) -> None:
    conversation_id = begin(person.client)["id"]

    def post(number: int) -> int:
        client = Client(wallet.app.test_client(), person.client.headers)
        return int(say(client, conversation_id, f"number {number}")["seq"])

    with ThreadPoolExecutor(8) as pool:
        seqs = sorted(pool.map(post, range(24)))
    assert seqs == list(range(2, 26))
    with wallet.database.snapshot() as tx:
        stored = tx.scalars(sa.select(Message.seq).order_by(Message.seq)).all()
    assert list(stored) == list(range(1, 26))
    assert person.client.get(f"{CONVERSATIONS}/{conversation_id}")["last_seq"] == 25


def test_the_same_key_says_it_once(person: Person) -> None:
    body = {"channel": "chat", "message": "hello"}
    first = person.client.post(CONVERSATIONS, body, key="one")
    again = person.client.post(CONVERSATIONS, body, key="one")
    assert (again.status, again.raw) == (201, first.raw)
    assert again.headers["Idempotent-Replayed"] == "true"
    path = f"{CONVERSATIONS}/{first['id']}/messages"
    said = [person.client.post(path, {"text": "twice"}, key="two") for _ in range(2)]
    assert said[0].raw == said[1].raw
    assert person.client.post(path, {"text": "other"}, key="two").code == "idempotency_key_reused"
    assert len(person.client.get(path)["data"]) == 2
    assert len(person.client.get(CONVERSATIONS)["data"]) == 1


def test_lists_are_newest_first_and_filtered(person: Person) -> None:
    ids = [begin(person.client, f"number {number}")["id"] for number in range(3)]
    person.client.post(f"{CONVERSATIONS}/{ids[1]}/close")
    listed = person.client.get(CONVERSATIONS)["data"]
    assert [it["id"] for it in listed] == ids[::-1]
    closed = person.client.get(CONVERSATIONS, status="closed")["data"]
    assert [it["id"] for it in closed] == [ids[1]]
    assert person.client.get(CONVERSATIONS, status="lost").code == "validation_failed"


def test_nobody_else_sees_it(wallet: Wallet, person: Person) -> None:
    conversation_id = begin(person.client)["id"]
    stranger = create_person(wallet).client
    path = f"{CONVERSATIONS}/{conversation_id}"
    answers = [
        *(stranger.get(f"{path}{end}") for end in ("", "/messages", "/events", "/transcript")),
        stranger.post(f"{path}/messages", {"text": "hi"}),
        stranger.post(f"{path}/close"),
        stranger.post(f"{path}/typing"),
        stranger.post(f"{path}/rating", {"score": 1}),
    ]
    assert {(it.status, it.code) for it in answers} == {(404, "not_found")}
    assert stranger.get(CONVERSATIONS)["data"] == []


def test_a_payment_of_somebody_else_is_not_found(wallet: Wallet, person: Person) -> None:
    payment_id = create_person(wallet).pay()["id"]
    body = {"channel": "chat", "message": "?", "payment_id": payment_id}
    answer = person.client.post(CONVERSATIONS, body)
    assert (answer.status, answer.code) == (404, "not_found")
    assert person.client.get(CONVERSATIONS)["data"] == []


def test_a_closed_conversation_takes_no_message(person: Person) -> None:
    path = f"{CONVERSATIONS}/{begin(person.client)['id']}"
    closed = person.client.post(f"{path}/close")
    assert (closed.status, closed["status"]) == (200, "closed")
    for answer in (
        person.client.post(f"{path}/messages", {"text": "still there?"}),
        person.client.post(f"{path}/typing"),
    ):
        assert (answer.status, answer.code) == (409, "conversation_closed")
    assert person.client.post(f"{path}/close")["status"] == "closed"
    assert person.client.get(path)["last_seq"] == 1


@pytest.mark.parametrize(
    "body",
    [
        {"channel": "chat"},
        {"channel": "chat", "message": ""},
        {"channel": "chat", "message": " \n "},
        {"channel": "chat", "message": "x" * 4001},
        {"channel": "email", "message": "hi"},
        {"channel": "hotline", "message": "hi"},
        {"channel": "chat", "message": 5},
        {"channel": "chat", "message": "hi", "status": "resolved"},
        {"channel": "chat", "message": "hi", "subject": ""},
    ],
)
def test_a_conversation_of_the_wrong_shape_is_refused(
    person: Person, body: dict[str, object]
) -> None:
    assert person.client.post(CONVERSATIONS, body).code == "validation_failed"


def test_a_text_of_4000_characters_is_kept_whole(person: Person) -> None:
    text = "多" * 4000
    conversation_id = begin(person.client, text)["id"]
    [message] = person.client.get(f"{CONVERSATIONS}/{conversation_id}/messages")["data"]
    assert message["text"] == text


def test_secrets_are_masked_before_they_are_stored(wallet: Wallet, person: Person) -> None:
    card, code = "6222021234567890128", "482913"
    made = begin(person.client, f"card {card}, code {code}", subject=f"code {code}")
    say(person.client, made["id"], "卡号 ６２２２ ０２１２ ３４５６ ７８９０ １２８")
    person.client.post(f"{CONVERSATIONS}/{made['id']}/rating", {"score": 2, "comment": code})
    with wallet.database.snapshot() as tx:
        texts = tx.scalars(sa.select(Message.text).order_by(Message.seq)).all()
        comment = tx.scalars(sa.select(ConversationRating.comment)).one()
    assert texts == ["card ****0128, code ******", "卡号 ****0128"]
    assert (made["subject"], comment) == ("code ******", "******")


def test_a_rating_can_be_given_and_changed(wallet: Wallet, person: Person) -> None:
    path = f"{CONVERSATIONS}/{begin(person.client)['id']}"
    assert person.client.post(f"{path}/rating", {"score": 2}).status == 204
    person.client.post(f"{path}/close")
    assert person.client.post(f"{path}/rating", {"score": 5, "comment": "thanks"}).status == 204
    with wallet.database.snapshot() as tx:
        [rating] = tx.scalars(sa.select(ConversationRating)).all()
    assert (rating.score, rating.comment) == (5, "thanks")
    for score in (0, 6, "5", 4.5, None, True):
        answer = person.client.post(f"{path}/rating", {"score": score})
        assert answer.code == "validation_failed"


def test_the_transcript_tells_it_all_in_order(person: Person) -> None:
    made = begin(person.client, "where is it?", subject="a payment")
    say(person.client, made["id"], "第二句")
    answer = person.client.get(f"{CONVERSATIONS}/{made['id']}/transcript")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    text = answer.raw.decode()
    assert text.startswith(f"a payment ({made['id']})")
    assert "Me:\nwhere is it?" in text
    assert text.index("where is it?") < text.index("第二句")
    assert "+0800" in text


def test_a_chat_by_day_is_answered_within_its_promise(person: Person, clock: Clock) -> None:
    now = to_local(clock, 10)
    made = begin(Client(person.client.flask, person.signed_in_again().headers))
    assert made["channel"] == "chat"
    assert made["promised_reply_at"] >= rfc3339(now + timedelta(minutes=2))
    assert made["promised_reply_at"] < rfc3339(now + timedelta(minutes=3))


def test_a_chat_by_night_becomes_a_ticket_with_a_promise(person: Person, clock: Clock) -> None:
    night = to_local(clock, 3)
    client = person.signed_in_again()
    made = begin(client)
    assert made["channel"] == "ticket"
    assert made["promised_reply_at"] == rfc3339(night + timedelta(hours=5, minutes=2))
    [message] = client.get(f"{CONVERSATIONS}/{made['id']}/messages")["data"]
    assert message["author"] == "user"
