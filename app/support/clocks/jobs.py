"""The job that looks at a clock when it comes to its next mark."""

import functools
from typing import Final

from app.core.database import Transaction
from app.core.jobs import DueJob, Handler
from app.core.locale import Text
from app.support.clocks.keeping import look
from app.support.clocks.rules import DEADLINE, LONG_PAST, LOOK_JOB, ClockKind
from app.support.conversations.assigning import assign_waiting, give_back
from app.support.conversations.recording import add_note, move, take_conversation
from app.support.conversations.rules import WAITING, ConversationStatus
from app.support.dependencies import SupportDependencies

_SEPARATOR: Final = ":"
_LONG_PAST: Final[dict[ClockKind, Text]] = {
    ClockKind.FIRST_RESPONSE: Text(
        "首次答复已用去规定时间的 150 %，请主管处理。",
        "The first answer is at 150 % of its time: a supervisor is needed.",
    ),
    ClockKind.RESOLUTION: Text(
        "解决用时已达规定时间的 150 %，请主管处理。",
        "The solution is at 150 % of its time: a supervisor is needed.",
    ),
    ClockKind.PROMISE: Text(
        "承诺的答复已大大逾期，请主管处理。",
        "The answer that was promised is long overdue: a supervisor is needed.",
    ),
}
"""Kept in both languages, since a note is read by whoever comes."""


def handlers(deps: SupportDependencies) -> dict[str, Handler]:
    """The handler of each kind of job."""
    return {LOOK_JOB: functools.partial(look_at_clock, deps)}


def look_at_clock(deps: SupportDependencies, job: DueJob) -> None:
    """Warn or escalate where it is time to; a promise that was missed reopens a case that waits for somebody else.

    What is long past is for a supervisor: a note says so, and what nobody answered goes back to the queue, a chat to a
    colleague who is free.
    """
    conversation_id, _, kind = job.subject_id.partition(_SEPARATOR)
    given_back = False
    with deps.database.transaction() as tx:
        passed = look(tx, deps, conversation_id, ClockKind(kind))
        if kind == ClockKind.PROMISE and DEADLINE in passed:
            _reopen(tx, deps, conversation_id)
        if LONG_PAST in passed:
            given_back = _call_supervisor(tx, deps, conversation_id, ClockKind(kind))
    if given_back:
        assign_waiting(deps)


def _reopen(tx: Transaction, deps: SupportDependencies, conversation_id: str) -> None:
    conversation = take_conversation(tx, conversation_id)
    if conversation.status in WAITING:
        move(tx, deps, conversation, ConversationStatus.OPEN)


def _call_supervisor(
    tx: Transaction, deps: SupportDependencies, conversation_id: str, kind: ClockKind
) -> bool:
    """Leave the note; who has not answered for so long has the case no more. Returns whether somebody had it."""
    conversation = take_conversation(tx, conversation_id)
    if kind is ClockKind.FIRST_RESPONSE and conversation.promised_reply_at is not None:
        return False  # the promise is the same time, and speaks for both
    said = _LONG_PAST[kind]
    add_note(tx, conversation_id, None, f"{said.zh}\n{said.en}")
    if kind is ClockKind.RESOLUTION or conversation.assigned_to is None:
        return False
    give_back(tx, deps, conversation)
    return True
