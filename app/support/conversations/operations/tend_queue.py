"""What the worker looks after in the queue, second by second."""

from app.support.conversations.assigning import release_absent
from app.support.conversations.attendance import forget_expired
from app.support.conversations.queue_events import forget_old_events, number_events
from app.support.dependencies import SupportDependencies


def tend_queue(deps: SupportDependencies) -> None:
    """Take the chats of agents who have dropped, give out what waits; number new events, and forget what is over."""
    release_absent(deps)
    number_events(deps.database)
    forget_old_events(deps.database)
    forget_expired(deps.database)
