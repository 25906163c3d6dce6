"""Due work on conversations. Each may run twice: it looks at the row before it acts."""

import functools

from app.core.jobs import DueJob, Handler
from app.support.conversations.recording import announce, move, take_conversation, touch, wake
from app.support.conversations.rules import REOPENED_WITHIN, ConversationStatus, JobKind
from app.support.dependencies import SupportDependencies


def handlers(deps: SupportDependencies) -> dict[str, Handler]:
    """What runs for each kind of job."""
    return {
        JobKind.CLOSE: functools.partial(_close, deps),
        JobKind.WAKE: functools.partial(_wake, deps),
    }


def _close(deps: SupportDependencies, job: DueJob) -> None:
    """A resolved conversation that nobody reopened in time is over."""
    with deps.database.transaction() as tx:
        conversation = take_conversation(tx, job.subject_id)
        resolved_at = conversation.resolved_at
        is_resolved = conversation.status == ConversationStatus.RESOLVED
        if is_resolved and resolved_at and resolved_at + REOPENED_WITHIN <= tx.now:
            move(tx, deps, conversation, ConversationStatus.CLOSED)


def _wake(deps: SupportDependencies, job: DueJob) -> None:
    """What was put off until now is in the queue again."""
    with deps.database.transaction() as tx:
        conversation = take_conversation(tx, job.subject_id)
        until = conversation.snoozed_until
        if until is not None and until <= tx.now:
            wake(tx, conversation)
            touch(tx, conversation)
            announce(tx, deps, conversation, "woken")
