"""How sure it is who asks: by call, by conversation, and for how long."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.auth.models import UserSession
from app.core.errors import Refusal
from app.factory import Wallet
from app.support.conversations.models import Conversation
from app.support.conversations.recording import NewConversation, open_conversation
from app.support.conversations.rules import ConversationChannel
from app.support.levels import FRESH_LOGIN, Level, level_of
from tests.conftest import Clock
from tests.factories.calls import phone_of, pick_up, verified_call
from tests.factories.people import Person, create_person
from tests.factories.staff import Colleague, create_agent


@pytest.fixture
def person(wallet: Wallet) -> Person:
    return create_person(wallet)


@pytest.fixture
def agent(wallet: Wallet) -> Colleague:
    return create_agent(wallet)


def level(wallet: Wallet, user_id: str, **words: str | None) -> Level:
    with wallet.database.snapshot() as tx:
        return level_of(tx, user_id, **words)


def written_in(wallet: Wallet, person: Person, channel: ConversationChannel) -> str:
    """A conversation that the person's app has opened; its id."""
    with wallet.database.transaction() as tx:
        session = tx.scalars(sa.select(UserSession).where(UserSession.user_id == person.user_id))
        new = NewConversation(channel, person.user_id, session_id=session.one().id)
        return open_conversation(tx, wallet.support, new).id


def test_levels_compare_as_they_are_written() -> None:
    assert sorted(Level, key=str) == list(Level)
    assert max(Level.NUMBER, Level.FRESH_CODE) == Level.FRESH_CODE


def test_nothing_at_all_is_somebody(wallet: Wallet, person: Person) -> None:
    assert level(wallet, person.user_id) == Level.UNKNOWN


def test_a_number_is_a_claim(wallet: Wallet, person: Person, agent: Colleague) -> None:
    call_id = pick_up(agent, phone_of(wallet, person))["id"]
    assert level(wallet, person.user_id, call_id=call_id) == Level.NUMBER
    assert level(wallet, create_person(wallet).user_id, call_id=call_id) == Level.UNKNOWN


def test_a_code_speaks_for_an_hour_of_the_call(
    wallet: Wallet, person: Person, agent: Colleague, clock: Clock
) -> None:
    call_id = verified_call(agent, person)
    for asking, wanted in ((None, "L4"), (agent.agent_id, "L4"), ("agt_other", "L0")):
        assert level(wallet, person.user_id, call_id=call_id, agent_id=asking) == wanted
    clock.jump_to(clock.now() + timedelta(minutes=59))
    assert level(wallet, person.user_id, call_id=call_id) == Level.FRESH_CODE
    clock.jump_to(clock.now() + timedelta(minutes=2))
    assert level(wallet, person.user_id, call_id=call_id) == Level.UNKNOWN


def test_a_code_speaks_for_ten_minutes_after_the_call(
    wallet: Wallet, person: Person, agent: Colleague, clock: Clock
) -> None:
    call_id = verified_call(agent, person)
    agent.client.patch(f"/internal/v1/calls/{call_id}", {"status": "ended"})
    clock.jump_to(clock.now() + timedelta(minutes=9))
    assert level(wallet, person.user_id, call_id=call_id) == Level.FRESH_CODE
    clock.jump_to(clock.now() + timedelta(minutes=2))
    assert level(wallet, person.user_id, call_id=call_id) == Level.UNKNOWN


def test_words_in_the_app_are_as_good_as_a_code(
    wallet: Wallet, person: Person, clock: Clock
) -> None:
    ids = [
        written_in(wallet, person, it)
        for it in (ConversationChannel.CHAT, ConversationChannel.TICKET)
    ]
    assert {level(wallet, person.user_id, conversation_id=it) for it in ids} == {Level.FRESH_CODE}
    clock.jump_to(clock.now() + FRESH_LOGIN + timedelta(seconds=1))
    assert {level(wallet, person.user_id, conversation_id=it) for it in ids} == {Level.CODE}
    other = create_person(wallet).user_id
    assert {level(wallet, other, conversation_id=it) for it in ids} == {Level.UNKNOWN}


def test_mail_is_never_more_than_a_claim(wallet: Wallet, person: Person) -> None:
    for channel in (ConversationChannel.EMAIL, ConversationChannel.HOTLINE):
        conversation_id = written_in(wallet, person, channel)
        found = level(wallet, person.user_id, conversation_id=conversation_id)
        assert found == Level.NUMBER


def test_a_conversation_that_is_over_says_nothing(wallet: Wallet, person: Person) -> None:
    conversation_id = written_in(wallet, person, ConversationChannel.CHAT)
    with wallet.database.transaction() as tx:
        tx.change(sa.update(Conversation).values(status="closed", closed_at=tx.now))
    assert level(wallet, person.user_id, conversation_id=conversation_id) == Level.UNKNOWN


@pytest.mark.parametrize(
    ("reason", "wanted"),
    [("logged_out", Level.FRESH_CODE), ("revoked", Level.NUMBER), ("password_reset", Level.NUMBER)],
)
def test_a_session_that_was_thrown_out_was_perhaps_somebody_elses(
    wallet: Wallet, person: Person, reason: str, wanted: Level
) -> None:
    conversation_id = written_in(wallet, person, ConversationChannel.CHAT)
    with wallet.database.transaction() as tx:
        tx.change(sa.update(UserSession).values(ended_at=tx.now, end_reason=reason))
    assert level(wallet, person.user_id, conversation_id=conversation_id) == wanted


def test_the_better_of_call_and_conversation_counts(
    wallet: Wallet, person: Person, agent: Colleague
) -> None:
    mail = written_in(wallet, person, ConversationChannel.EMAIL)
    call_id = verified_call(agent, person)
    both = level(wallet, person.user_id, call_id=call_id, conversation_id=mail)
    assert both == Level.FRESH_CODE


def test_what_is_not_there_is_not_found(wallet: Wallet, person: Person) -> None:
    words: tuple[dict[str, str | None], ...] = ({"call_id": "call_x"}, {"conversation_id": "cnv_x"})
    for said in words:
        with pytest.raises(Refusal) as refused:
            level(wallet, person.user_id, **said)
        assert refused.value.code == "not_found"
