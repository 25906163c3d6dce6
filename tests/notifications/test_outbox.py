"""Messages leave with the transaction that wrote them, once, and only while they are of use."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.core.jobs import DueJob
from app.edges.results import Problem
from app.factory import Wallet
from app.notifications import jobs as notification_jobs
from app.notifications.jobs import NotificationDependencies, send_message
from app.notifications.models import OutboxMessage
from app.notifications.outbox import SEND_JOB, CodeReference, Notice, notify
from app.notifications.rules import Template
from tests.conftest import Clock, Outside
from tests.fakes import Lost

PHONE = "+8613800000001"
EMAIL = "li@example.test"


@pytest.fixture
def deps(wallet: Wallet, outside: Outside) -> NotificationDependencies:
    """Codes of the challenge `ver_1` are `00000` and the generation; every other is not to be sent."""
    made = NotificationDependencies(
        database=wallet.database,
        sms=outside.sms,
        mail=outside.mail,
        render_code=lambda challenge_id, generation: (
            f"00000{generation}" if challenge_id == "ver_1" else None
        ),
    )
    wallet.jobs.handlers.update(notification_jobs.handlers(made))
    return made


def put(wallet: Wallet, notice: Notice) -> str:
    with wallet.database.transaction() as tx:
        return notify(tx, notice)


def status(wallet: Wallet, message_id: str) -> str:
    with wallet.database.snapshot() as tx:
        message = tx.get(OutboxMessage, message_id)
        assert message is not None
        return message.status


@pytest.mark.usefixtures("deps")
def test_a_text_and_a_mail_are_sent(wallet: Wallet, outside: Outside, clock: Clock) -> None:
    text = put(wallet, Notice(Template.WELCOME, "sms", PHONE))
    mail = put(wallet, Notice(Template.WELCOME, "email", EMAIL, locale="en"))
    clock.run_due()
    assert [(one.reference, one.to, one.template) for one in outside.sms.sent] == [
        (text, PHONE, "welcome")
    ]
    assert [(one.reference, one.to, one.subject) for one in outside.mail.sent] == [
        (mail, EMAIL, "Welcome to U-Wallet")
    ]
    assert (status(wallet, text), status(wallet, mail)) == ("sent", "sent")


@pytest.mark.usefixtures("deps")
def test_nothing_is_sent_of_a_transaction_that_failed(
    wallet: Wallet, outside: Outside, clock: Clock
) -> None:
    def fail_after_writing() -> None:
        with wallet.database.transaction() as tx:
            notify(tx, Notice(Template.WELCOME, "sms", PHONE))
            raise LookupError

    with pytest.raises(LookupError):
        fail_after_writing()
    clock.run_due()
    assert outside.sms.sent == []


@pytest.mark.usefixtures("deps")
def test_a_message_that_was_not_taken_comes_again(
    wallet: Wallet, outside: Outside, clock: Clock
) -> None:
    outside.sms.script.extend([Problem.UNAVAILABLE, Lost()])
    message = put(wallet, Notice(Template.WELCOME, "sms", PHONE))
    clock.run_due()
    assert status(wallet, message) == "pending"
    clock.advance(minutes=1)
    assert status(wallet, message) == "sent"
    assert (
        len(outside.sms.sent) == 1
    )  # the carrier knows the reference of the one it lost the answer to
    assert {call.reference for call in outside.sms.calls} == {message}  # type: ignore[attr-defined]


@pytest.mark.usefixtures("deps")
def test_a_notice_that_nobody_takes_is_dropped_after_three_days(
    wallet: Wallet, outside: Outside, clock: Clock
) -> None:
    outside.sms.script.extend([Problem.UNAVAILABLE] * 200)
    message = put(wallet, Notice(Template.WELCOME, "sms", PHONE))
    clock.advance(days=3, hours=2)
    assert status(wallet, message) == "dropped"
    with wallet.database.snapshot() as tx:
        assert tx.scalar(sa.text("SELECT count(*) FROM jobs")) == 0


@pytest.mark.usefixtures("deps")
def test_a_code_is_derived_when_it_is_sent_and_lies_nowhere(
    wallet: Wallet, outside: Outside, clock: Clock
) -> None:
    sent = Notice(Template.REGISTER_CODE, "sms", PHONE, code=CodeReference("ver_1", 7))
    withheld = Notice(Template.REGISTER_CODE, "sms", PHONE, code=CodeReference("ver_2", 0))
    first, second = put(wallet, sent), put(wallet, withheld)
    clock.run_due()
    assert ["000007" in one.text for one in outside.sms.sent] == [True]
    assert (status(wallet, first), status(wallet, second)) == ("sent", "dropped")
    with wallet.database.snapshot() as tx:
        row = tx.execute(sa.select(OutboxMessage.__table__)).mappings().first()
        assert "000007" not in str(row)


@pytest.mark.usefixtures("deps")
def test_a_code_that_has_expired_is_not_sent(
    wallet: Wallet, outside: Outside, clock: Clock
) -> None:
    late = Notice(
        Template.REGISTER_CODE,
        "sms",
        PHONE,
        code=CodeReference("ver_1", 0),
        useful_until=clock.now() + timedelta(minutes=5),
    )
    message = put(wallet, late)
    clock.jump_to(clock.now() + timedelta(minutes=5))
    clock.run_due()
    assert (status(wallet, message), outside.sms.sent) == ("dropped", [])


def test_a_job_that_comes_twice_sends_once(
    wallet: Wallet, outside: Outside, clock: Clock, deps: NotificationDependencies
) -> None:
    message = put(wallet, Notice(Template.WELCOME, "sms", PHONE))
    for _ in range(2):
        send_message(deps, DueJob("job_1", SEND_JOB, message, {}, clock.now(), 0))
    assert len(outside.sms.calls) == 1
