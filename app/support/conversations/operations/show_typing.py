"""Somebody is typing: a row that the next one overwrites, that counts for a few seconds and is deleted then."""

import sqlalchemy as sa

from app.core.clock import machine_now
from app.core.database import Transaction
from app.support.conversations.models import Typing
from app.support.conversations.queries import own_conversation
from app.support.conversations.recording import take_conversation
from app.support.conversations.requiring import require_takes_messages
from app.support.conversations.rules import TYPING_LASTS, Author
from app.support.dependencies import SupportDependencies


def show_typing_user(deps: SupportDependencies, user_id: str, conversation_id: str) -> None:
    """The user is typing. Raises NOT_FOUND, CONVERSATION_CLOSED."""
    with deps.database.transaction() as tx:
        own_conversation(tx, user_id, conversation_id)
        _show(tx, conversation_id, Author.USER)


def show_typing_agent(deps: SupportDependencies, conversation_id: str) -> None:
    """An agent is typing. Raises NOT_FOUND, CONVERSATION_CLOSED."""
    with deps.database.transaction() as tx:
        _show(tx, conversation_id, Author.AGENT)


def _show(tx: Transaction, conversation_id: str, author: Author) -> None:
    require_takes_messages(take_conversation(tx, conversation_id))
    until = machine_now() + TYPING_LASTS
    new = {"conversation_id": conversation_id, "author": author}
    if not tx.insert_missing(Typing, **new, expires_at=until):
        mine = (Typing.conversation_id == conversation_id, Typing.author == author)
        tx.change(sa.update(Typing).where(*mine).values(expires_at=until))
