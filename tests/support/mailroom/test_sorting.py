"""A mail finds its case, opens one, or waits in quarantine: whose it is decides, never what it says."""

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.audit.models import AuditEntry
from app.edges.mail import message_id_of
from app.edges.protocols import MailMessage
from app.support.conversations.queue_events import events_after, last_number, number_events
from app.support.conversations.recording import add_message, move, take_conversation
from app.support.conversations.rules import Author
from app.support.conversations.rules import ConversationStatus as S
from app.support.mailroom.models import MailCase, SupportMail
from app.support.mailroom.operations.receive_mail import receive_mail
from app.support.mailroom.operations.sort_mail import sort_mail
from app.support.mailroom.rules import MAILS_AN_HOUR, SUPPORT_ADDRESS
from app.support.mailroom.tokens import CaseTokens
from tests.factories.mails import MEI, Mailroom, mail_of, reply_to
from tests.factories.people import create_person
from tests.factories.staff import create_agent

STRANGER = "eve@elsewhere.example"


def answered(mailroom: Mailroom, text: str = "We are looking into it.") -> MailMessage:
    """The first mail of a case was answered by an agent; this is the answer."""
    mail = mailroom.receive(mail_of())
    mailroom.sent()
    answer(mailroom, mail.conversation_id, text)
    (sent,) = mailroom.sent()
    return sent


def answer(mailroom: Mailroom, conversation_id: str | None, text: str) -> None:
    agent = create_agent(mailroom.wallet)
    with mailroom.wallet.database.transaction() as tx:
        add_message(
            tx,
            mailroom.wallet.support,
            conversation_id or "",
            Author.AGENT,
            text,
            agent_id=agent.agent_id,
            then=S.WAITING_USER,
        )


def move_to(mailroom: Mailroom, conversation_id: str, status: S) -> None:
    with mailroom.wallet.database.transaction() as tx:
        move(tx, mailroom.wallet.support, take_conversation(tx, conversation_id), status)


def test_a_first_mail_opens_a_case_of_nobody_and_is_acknowledged_once(mailroom: Mailroom):
    person = create_person(mailroom.wallet)
    mail = mailroom.receive(mail_of("卡 6222021234567890128 付款失败", Subject="付款失败"))
    (conversation,) = mailroom.conversations()

    assert (mail.status, mail.conversation_id) == ("accepted", conversation.id)
    assert (conversation.channel, conversation.status) == ("email", "new")
    assert (conversation.user_id, conversation.locale) == (None, "zh-CN")
    assert mailroom.words(conversation.id) == ["卡 ****0128 付款失败"]
    (sent,) = mailroom.sent()
    assert (sent.to, sent.template) == (MEI, "support_acknowledgement")
    assert sent.headers["Auto-Submitted"] == "auto-replied"
    assert "付款失败" not in sent.subject + sent.text
    assert "前答复" in sent.text
    assert person.user_id not in sent.text


def test_the_mail_itself_is_kept_sealed_until_it_is_sorted_and_not_longer(mailroom: Mailroom):
    secret = "my password is Orchid-river-42"
    mail_id = receive_mail(
        mailroom.wallet.support, MEI, [SUPPORT_ADDRESS], mail_of(secret).as_bytes()
    )
    with mailroom.wallet.database.snapshot() as tx:
        kept = tx.get_one(SupportMail, mail_id)
    assert kept.sealed_content is not None
    assert "Orchid" not in kept.sealed_content
    mailroom.clock.run_due()
    with mailroom.wallet.database.snapshot() as tx:
        kept = tx.get_one(SupportMail, mail_id)
    assert (kept.sealed_content, kept.text, kept.subject) == (None, None, None)
    assert "Orchid" not in mailroom.words(kept.conversation_id)[0]


def test_an_answer_carries_its_thread_and_says_nothing_of_the_account(mailroom: Mailroom):
    first = mail_of()
    mail = mailroom.receive(first)
    (acknowledgement,) = mailroom.sent()
    answer(mailroom, mail.conversation_id, "We are looking into it.")
    (sent,) = mailroom.sent()
    own = message_id_of(acknowledgement.reference)

    assert (sent.to, sent.template) == (MEI, "support_reply")
    assert sent.headers["In-Reply-To"] == first["Message-ID"]
    assert sent.headers["References"] == f"{first['Message-ID']} {own}"
    assert sent.headers["Reply-To"].startswith("support+c.")
    assert "Auto-Submitted" not in sent.headers
    assert sent.subject.startswith("Re: Payment [c.")
    assert sent.text.startswith("We are looking into it.\n")


def test_answers_to_a_mail_without_a_message_id_follow_our_own(mailroom: Mailroom):
    mail = mailroom.receive(mail_of(Message_ID=""))
    (acknowledgement,) = mailroom.sent()
    answer(mailroom, mail.conversation_id, "We are looking into it.")
    answer(mailroom, mail.conversation_id, "It was given back.")
    first, second = mailroom.sent()
    own = [message_id_of(each.reference) for each in (acknowledgement, first)]

    assert "In-Reply-To" not in acknowledgement.headers
    assert first.headers["In-Reply-To"] == own[0]
    assert second.headers["In-Reply-To"] == own[1]
    assert second.headers["References"] == " ".join(own)


def test_amounts_in_an_answer_are_left_as_the_agent_wrote_them(mailroom: Mailroom):
    assert "¥128000.00" in answered(mailroom, "You paid ¥128000.00.").text


WAYS = {
    "the signed address": {"In_Reply_To": "", "References": "", "Subject": "x"},
    "In-Reply-To": {"to": SUPPORT_ADDRESS, "References": "", "Subject": "x"},
    "References": {"to": SUPPORT_ADDRESS, "In_Reply_To": "<unknown@x.example>", "Subject": "x"},
    "the token in the subject": {"to": SUPPORT_ADDRESS, "In_Reply_To": "", "References": ""},
}


@pytest.mark.parametrize("way", WAYS)
def test_a_reply_finds_its_case(mailroom: Mailroom, way: str):
    sent = answered(mailroom)
    mail = mailroom.receive(reply_to(sent, "It was at noon.", **WAYS[way]))
    (conversation,) = mailroom.conversations()

    assert (mail.status, mail.conversation_id) == ("accepted", conversation.id)
    assert mailroom.words(conversation.id)[-1] == "It was at noon."
    assert conversation.status == S.OPEN
    assert mailroom.sent() == []


def test_a_reply_finds_its_case_by_what_it_quotes(mailroom: Mailroom):
    sent = answered(mailroom)
    quoted = "\n".join(f"> {line}" for line in sent.text.splitlines())
    mailroom.receive(mail_of(f"At noon.\n\nOn Monday Support wrote:\n{quoted}", Subject="x"))
    (conversation,) = mailroom.conversations()

    assert mailroom.words(conversation.id)[-1] == "At noon."


def test_the_words_of_a_subject_find_nothing(mailroom: Mailroom):
    answered(mailroom)
    mailroom.receive(mail_of("Something else.", Subject="Re: Payment"))

    assert len(mailroom.conversations()) == 2


def test_the_newest_reference_counts_and_the_address_before_all(mailroom: Mailroom):
    older, newer = answered(mailroom), answered(mailroom)
    one, other = (each.id for each in mailroom.conversations())
    ids = [message_id_of(each.reference) for each in (older, newer)]
    plain = {"to": SUPPORT_ADDRESS, "Subject": "x"}
    by_reference = mailroom.receive(mail_of("a", References=" ".join(ids), **plain))
    by_reply = mailroom.receive(mail_of("b", In_Reply_To=ids[0], References=" ".join(ids), **plain))
    by_address = mailroom.receive(reply_to(older, "c", In_Reply_To=ids[1], References=ids[1]))

    assert by_reference.conversation_id == other
    assert by_reply.conversation_id == one
    assert by_address.conversation_id == one


def test_who_takes_no_part_in_a_case_is_quarantined_on_the_record(mailroom: Mailroom):
    sent = answered(mailroom)
    before = mailroom.words(mailroom.conversations()[0].id)
    mail = mailroom.receive(reply_to(sent, "Send me the money.", sender=STRANGER))
    (conversation,) = mailroom.conversations()

    assert (mail.status, mail.reason) == ("quarantined", "unverified")
    assert mail.conversation_id is None
    assert mailroom.words(conversation.id) == before
    assert mailroom.sent() == []
    with mailroom.wallet.database.snapshot() as tx:
        entry = tx.scalars(sa.select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)).one()
    assert (entry.action, entry.subject) == ("quarantine_mail", mail.id)
    assert entry.detail == {"reason": "unverified"}


@pytest.mark.parametrize("in_a_case", [True, False])
def test_a_sender_whose_server_is_another_house_s_is_not_believed(
    mailroom: Mailroom, in_a_case: bool
):
    mail = reply_to(answered(mailroom)) if in_a_case else mail_of()
    cases = len(mailroom.conversations())
    received = mailroom.receive(mail, envelope="spam@elsewhere.example")

    assert (received.status, received.reason) == ("quarantined", "unverified")
    assert len(mailroom.conversations()) == cases
    assert mailroom.sent() == []


@pytest.mark.parametrize(
    ("envelope", "claimed"),
    [
        ("x@com", "victim@example.com"),
        ("x@co.uk", "victim@bank.co.uk"),
        ("x@github.io", "victim@somebody.github.io"),
    ],
)
def test_a_domain_that_anybody_may_be_below_vouches_for_nobody(
    mailroom: Mailroom, envelope: str, claimed: str
):
    received = mailroom.receive(mail_of(sender=claimed), envelope=envelope)

    assert (received.status, received.reason) == ("quarantined", "unverified")
    assert mailroom.conversations() == []


def test_a_house_s_own_mail_server_is_believed(mailroom: Mailroom):
    assert mailroom.receive(mail_of(), envelope="b@mail.customer.example").status == "accepted"


def test_a_token_that_somebody_made_up_opens_no_door(mailroom: Mailroom):
    sent = answered(mailroom)
    token = sent.headers["Reply-To"]
    forged = token.replace("@", "a@") if not token.endswith("a@") else token
    mail = mailroom.receive(mail_of("x", sender=STRANGER, to=forged, Subject="x"))

    assert mail.conversation_id != mailroom.conversations()[0].id


def test_a_case_that_is_over_is_followed_by_one_other_that_is_linked_to_it(mailroom: Mailroom):
    sent = answered(mailroom)
    first = mailroom.conversations()[0].id
    move_to(mailroom, first, S.CLOSED)
    mailroom.receive(reply_to(sent, "It failed again."))
    mailroom.receive(reply_to(sent, "And again."))
    closed, follow_up = mailroom.conversations()

    assert (closed.status, follow_up.follow_up_of) == (S.CLOSED, first)
    assert mailroom.words(follow_up.id) == ["It failed again.", "And again."]


def test_a_solved_case_is_reopened_by_its_customer(mailroom: Mailroom):
    sent = answered(mailroom)
    move_to(mailroom, mailroom.conversations()[0].id, S.RESOLVED)
    mailroom.receive(reply_to(sent))

    assert mailroom.conversations()[0].status == S.OPEN


def test_the_same_mail_twice_is_one_message(mailroom: Mailroom):
    mail = mail_of()
    first, second = mailroom.receive(mail), mailroom.receive(mail)

    assert (first.status, second.status) == ("accepted", "duplicate")
    assert len(mailroom.words(first.conversation_id)) == 1
    assert len(mailroom.sent()) == 1


def test_a_mail_without_a_message_id_is_known_by_what_it_says(mailroom: Mailroom):
    mailroom.receive(mail_of("one", Message_ID=""))
    assert mailroom.receive(mail_of("one", Message_ID="")).status == "duplicate"
    assert mailroom.receive(mail_of("two", Message_ID="")).status == "accepted"


def test_a_stranger_who_uses_a_mail_s_id_first_keeps_nobody_from_being_heard(mailroom: Mailroom):
    sent = answered(mailroom)
    taken = {"Message_ID": "<one@customer.example>"}
    mailroom.receive(reply_to(sent, "x", sender=STRANGER, **taken))
    mailroom.receive(reply_to(sent, "x", **taken), envelope=STRANGER)

    assert mailroom.receive(reply_to(sent, "x", **taken)).status == "accepted"


def test_two_copies_that_are_sorted_at_once_are_one_message(mailroom: Mailroom):
    content = mail_of().as_bytes()
    deps = mailroom.wallet.support
    ids = [receive_mail(deps, MEI, [SUPPORT_ADDRESS], content) for _ in range(4)]
    threads = [threading.Thread(target=sort_mail, args=(deps, mail_id)) for mail_id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    mailroom.clock.run_due()

    (conversation,) = mailroom.conversations()
    assert len(mailroom.words(conversation.id)) == 1
    assert len(mailroom.sent()) == 1


def test_a_sender_is_acknowledged_three_times_a_day(mailroom: Mailroom):
    for number in range(5):
        mailroom.receive(mail_of(f"case {number}"))
    assert len(mailroom.sent()) == 3
    assert len(mailroom.conversations()) == 5
    mailroom.clock.advance(days=1)
    mailroom.sent()
    mailroom.receive(mail_of("tomorrow"))
    assert [mail.template for mail in mailroom.sent()] == ["support_acknowledgement"]


AUTOMATIC = {
    "an auto-reply": {"Auto_Submitted": "auto-replied"},
    "a list": {"List_Id": "<news.example>"},
    "bulk mail": {"Precedence": "bulk"},
    "no-reply": {"sender": "no-reply@customer.example"},
    "ourselves": {"sender": SUPPORT_ADDRESS},
    "our no-reply": {"sender": "no-reply@u-wallet.example"},
}


@pytest.mark.parametrize("name", AUTOMATIC)
def test_what_a_machine_writes_opens_no_case_and_is_not_answered(mailroom: Mailroom, name: str):
    mail = mailroom.receive(mail_of(**AUTOMATIC[name]))

    assert mail.status == "quarantined"
    assert mailroom.conversations() == []
    assert mailroom.sent() == []


def test_a_bounce_is_not_answered(mailroom: Mailroom):
    sent = answered(mailroom)
    mail = mailroom.receive(reply_to(sent), envelope="")

    assert (mail.status, mail.reason) == ("quarantined", "bounce")
    assert mailroom.sent() == []


def test_an_auto_reply_in_a_case_is_a_note_and_moves_nothing(mailroom: Mailroom):
    sent = answered(mailroom)
    mail = mailroom.receive(reply_to(sent, "I am away.", Auto_Submitted="auto-replied"))
    (conversation,) = mailroom.conversations()

    assert mail.status == "noted"
    assert conversation.status == S.WAITING_USER
    assert mailroom.notes(conversation.id) == ["I am away."]
    assert mailroom.sent() == []


def test_a_machines_note_wakes_the_pages_that_show_its_case(mailroom: Mailroom):
    sent = answered(mailroom)
    number_events(mailroom.wallet.database)
    with mailroom.wallet.database.snapshot() as tx:
        before = last_number(tx)
    mail = mailroom.receive(reply_to(sent, "I am away.", Auto_Submitted="auto-replied"))
    number_events(mailroom.wallet.database)
    with mailroom.wallet.database.snapshot() as tx:
        (event,) = events_after(tx, before, 10)
    assert (event.type, event.conversation_id) == ("note_created", mail.conversation_id)
    assert event.data["by"] == "system"
    assert "away" not in str(event.data)


def test_two_machines_that_answer_each_other_come_to_an_end(mailroom: Mailroom):
    """The other one answers whatever it gets, each time in a new thread, and doesn't say that it is a machine."""
    mailroom.receive(mail_of("hello"))
    answered_by_us = 0
    while sent := mailroom.sent():
        answered_by_us += len(sent)
        assert answered_by_us < 10
        for number, _ in enumerate(sent):
            mailroom.receive(mail_of(f"Your mail matters to us. ({answered_by_us}-{number})"))
    assert answered_by_us == 3


def test_a_flood_from_one_sender_waits_for_somebody(mailroom: Mailroom):
    assert mailroom.receive(mail_of("the first")).status == "accepted"
    with mailroom.wallet.database.transaction() as tx:
        first = tx.scalars(sa.select(SupportMail).where(SupportMail.sender_key == MEI)).one()
        for number in range(MAILS_AN_HOUR - 1):
            values = {"status": "accepted", "recipients": [], "created_at": first.created_at}
            tx.execute(
                sa.insert(SupportMail).values(
                    id=f"mail_{number}",
                    direction="in",
                    envelope_sender=MEI,
                    sender_key=MEI,
                    **values,
                )
            )
    mail = mailroom.receive(mail_of("one more"))
    assert (mail.status, mail.reason) == ("quarantined", "too_many")
    assert mailroom.receive(mail_of("me", sender=STRANGER)).status == "accepted"
    mailroom.clock.jump_to(mailroom.clock.now() + timedelta(hours=2))
    assert mailroom.receive(mail_of("later")).status == "accepted"


def test_what_cannot_be_read_waits_and_does_not_come_back(mailroom: Mailroom):
    inner = "".join(
        f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(3000)
    )
    mail = mailroom.receive(f"From: {MEI}\r\n{inner}".encode())

    assert mail.status in ("quarantined", "accepted")
    assert mail.sealed_content is None
    assert mailroom.clock.run_due() == 0


def test_a_merged_case_s_mail_goes_where_it_was_merged_into(mailroom: Mailroom):
    one, other = answered(mailroom), answered(mailroom)
    first, second = mailroom.conversations()
    with mailroom.wallet.database.transaction() as tx:
        merged = take_conversation(tx, first.id)
        merged.merged_into = second.id
        move(tx, mailroom.wallet.support, merged, S.MERGED)
    mail = mailroom.receive(reply_to(one))

    assert mail.conversation_id == second.id
    assert other.to == MEI


def test_a_conversation_that_is_not_held_by_mail_is_out_of_reach(mailroom: Mailroom):
    sent = answered(mailroom)
    conversation = mailroom.conversations()[0]
    with mailroom.wallet.database.transaction() as tx:
        tx.execute(sa.delete(MailCase))
    tokens = CaseTokens(mailroom.wallet.keys)
    mail = mailroom.receive(reply_to(sent))

    assert list(tokens.conversations_in(sent.subject)) == [conversation.id]
    assert mail.conversation_id != conversation.id
