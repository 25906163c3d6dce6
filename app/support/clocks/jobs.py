"""The job that looks at a clock when it comes to its next mark."""

import functools
from typing import Final

from app.core.database import Transaction
from app.core.jobs import DueJob, Handler
from app.support.clocks.keeping import look
from app.support.clocks.rules import DEADLINE, LOOK_JOB, ClockKind
from app.support.conversations.recording import move, take_conversation
from app.support.conversations.rules import WAITING, ConversationStatus
from app.support.operations import SupportDependencies

_SEPARATOR: Final = ":"


def handlers(deps: SupportDependencies) -> dict[str, Handler]:
    """The handler of each kind of job."""
    return {LOOK_JOB: functools.partial(look_at_clock, deps)}


def look_at_clock(deps: SupportDependencies, job: DueJob) -> None:
    """Warn or escalate where it is time to; a promise that was missed reopens a case that waits for somebody else."""
    conversation_id, _, kind = job.subject_id.partition(_SEPARATOR)
    with deps.database.transaction() as tx:
        passed = look(tx, deps, conversation_id, ClockKind(kind))
        if kind == ClockKind.PROMISE and DEADLINE in passed:
            _reopen(tx, deps, conversation_id)


def _reopen(tx: Transaction, deps: SupportDependencies, conversation_id: str) -> None:
    conversation = take_conversation(tx, conversation_id)
    if conversation.status in WAITING:
        move(tx, deps, conversation, ConversationStatus.OPEN)
