"""What waits in quarantine, for agents."""

import sqlalchemy as sa

from app.audit.models import AuditEntry
from app.auth.rules import Role
from app.core.clock import rfc3339
from app.support.conversations.recording import move, take_conversation
from app.support.conversations.rules import ConversationStatus as S
from app.support.mailroom.queries import Waits, quarantine_waits
from app.support.mailroom.rules import SUPPORT_ADDRESS
from tests.factories.mails import MEI, Mailroom, mail_of, reply_to
from tests.factories.staff import create_agent

MAILS = "/internal/v1/quarantined-mails"
STRANGER = "eve@elsewhere.example"


def quarantined(mailroom: Mailroom, **how: str) -> str:
    mail = mail_of("卡 6222021234567890128", sender=STRANGER, **how)
    return mailroom.receive(mail, envelope="spam@third.example").id


def test_an_agent_sees_what_waits_masked_and_on_the_record(mailroom: Mailroom):
    mail_id = quarantined(mailroom)
    agent = create_agent(mailroom.wallet)
    (shown,) = agent.client.get(MAILS)["data"]

    assert (shown["id"], shown["reason"], shown["sender"]) == (mail_id, "unverified", STRANGER)
    assert shown["text"] == "卡 ****0128"
    with mailroom.wallet.database.snapshot() as tx:
        entry = tx.scalars(sa.select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)).one()
    assert (entry.actor, entry.action) == (agent.agent_id, "list_quarantined_mails")


def test_a_supervisor_releases_a_mail_into_a_new_case_without_an_acknowledgement(
    mailroom: Mailroom,
):
    mail_id = quarantined(mailroom)
    agent, boss = create_agent(mailroom.wallet), create_agent(mailroom.wallet, Role.SUPERVISOR)
    refused = agent.client.post(f"{MAILS}/{mail_id}/release", {})
    released = boss.client.post(f"{MAILS}/{mail_id}/release", {})

    assert (refused.status, refused["code"]) == (403, "forbidden")
    assert (released.status, released["status"]) == (200, "released")
    (conversation,) = mailroom.conversations()
    assert released["conversation_id"] == conversation.id
    assert mailroom.words(conversation.id) == ["卡 ****0128"]
    assert boss.client.get(MAILS)["data"] == []
    assert mailroom.sent() == []
    again = boss.client.post(f"{MAILS}/{mail_id}/release", {})
    assert (again.status, again["code"]) == (409, "mail_already_released")


def test_a_supervisor_discards_a_mail_and_nothing_of_its_words_is_left(mailroom: Mailroom):
    mail_id = quarantined(mailroom)
    agent, boss = create_agent(mailroom.wallet), create_agent(mailroom.wallet, Role.SUPERVISOR)
    refused = agent.client.post(f"{MAILS}/{mail_id}/discard")
    gone = boss.client.post(f"{MAILS}/{mail_id}/discard")

    assert (refused.status, refused["code"]) == (403, "forbidden")
    assert (gone.status, gone["status"]) == (200, "discarded")
    assert (gone["text"], gone["subject"], gone["reason"]) == (None, None, "unverified")
    assert boss.client.get(MAILS)["data"] == []
    assert mailroom.conversations() == []
    for act in ("discard", "release"):
        again = boss.client.post(f"{MAILS}/{mail_id}/{act}", {} if act == "release" else None)
        assert (again.status, again["code"]) == (409, "mail_already_discarded"), act
    with mailroom.wallet.database.snapshot() as tx:
        acts = tx.scalars(sa.select(AuditEntry).where(AuditEntry.action == "discard_mail")).all()
    assert [(act.actor, act.subject) for act in acts] == [(boss.agent_id, mail_id)]


def test_what_was_released_cannot_be_discarded(mailroom: Mailroom):
    mail_id = quarantined(mailroom)
    boss = create_agent(mailroom.wallet, Role.SUPERVISOR)
    assert boss.client.post(f"{MAILS}/{mail_id}/release", {}).status == 200
    answer = boss.client.post(f"{MAILS}/{mail_id}/discard")
    assert (answer.status, answer["code"]) == (409, "mail_already_released")


def test_what_waits_is_counted_with_its_age(mailroom: Mailroom):
    def waits() -> Waits:
        with mailroom.wallet.database.snapshot() as tx:
            return quarantine_waits(tx)

    assert waits() == Waits(0, None)
    first = quarantined(mailroom)
    mailroom.clock.advance(hours=1)
    quarantined(mailroom)
    boss = create_agent(mailroom.wallet, Role.SUPERVISOR)
    since = {mail["id"]: mail["created_at"] for mail in boss.client.get(MAILS)["data"]}
    found = waits()
    assert (found.count, rfc3339(found.oldest or mailroom.clock.now())) == (2, since[first])
    assert boss.client.post(f"{MAILS}/{first}/discard").status == 200
    assert waits().count == 1


def test_a_mail_is_released_into_a_case_whose_answers_still_go_where_they_went(
    mailroom: Mailroom,
):
    mine = mailroom.receive(mail_of())
    mailroom.sent()
    mail_id = quarantined(mailroom)
    boss = create_agent(mailroom.wallet, Role.SUPERVISOR)
    body = {"conversation_id": mine.conversation_id}
    released = boss.client.post(f"{MAILS}/{mail_id}/release", body)

    assert released.status == 200
    assert mailroom.words(mine.conversation_id)[-1] == "卡 ****0128"
    (conversation,) = mailroom.conversations()
    assert conversation.id == mine.conversation_id
    assert mailroom.sent() == []


def test_a_release_that_cannot_be_says_why(mailroom: Mailroom):
    mine = mailroom.receive(mail_of())
    mail_id = quarantined(mailroom)
    nobody = mailroom.receive(mail_of(sender="nobody")).id
    boss = create_agent(mailroom.wallet, Role.SUPERVISOR)

    def release(which: str | None, **body: str | None) -> str:
        return str(boss.client.post(f"{MAILS}/{which}/release", body)["code"])

    assert release("mail_none") == "not_found"
    assert release(mine.id) == "not_found"
    assert release(mail_id, conversation_id="cnv_none") == "not_found"
    assert release(nobody) == "mail_not_releasable"
    with mailroom.wallet.database.transaction() as tx:
        conversation = take_conversation(tx, mine.conversation_id or "")
        move(tx, mailroom.wallet.support, conversation, S.CLOSED)
    assert release(mail_id, conversation_id=mine.conversation_id) == "conversation_closed"
    assert [mail["status"] for mail in boss.client.get(MAILS)["data"]] == ["quarantined"] * 2


def test_somebody_s_reply_to_another_s_case_can_be_released_as_a_case_of_theirs(
    mailroom: Mailroom,
):
    mailroom.receive(mail_of())
    (acknowledgement,) = mailroom.sent()
    mail = mailroom.receive(reply_to(acknowledgement, "I am Mei's sister.", sender=STRANGER))
    boss = create_agent(mailroom.wallet, Role.SUPERVISOR)
    boss.client.post(f"{MAILS}/{mail.id}/release", {})

    first, second = mailroom.conversations()
    assert mailroom.words(second.id) == ["I am Mei's sister."]
    assert (acknowledgement.to, SUPPORT_ADDRESS) == (MEI, "support@u-wallet.example")
    assert len(mailroom.words(first.id)) == 1
