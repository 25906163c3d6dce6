"""What happens at the desk, live: one stream for a browser, from which its pages learn what to ask for again;
and the heartbeat of every page."""

from collections.abc import Iterator
from typing import Any, Final

from app.console.dependencies import ConsoleDependencies
from app.console.pages import Pages, Shown, Visit
from app.core.http.streams import EventSource, ServerEvent, resumed_from
from app.support.conversations.operations.follow_queue import follow_queue
from app.support.conversations.operations.set_presence import keep_presence

pages = Pages()

NEWS: Final = "news"
_FROM_NOW: Final = -1


@pages.get("/events", unattended=True)
def stream_news(deps: ConsoleDependencies, visit: Visit) -> Any:
    """Every event of the queue as `news`, with its `type`; the browser says by `Last-Event-ID` where it goes on."""
    after = resumed_from(visit.headers, _FROM_NOW)
    source = follow_queue(deps.support, visit.me.principal, None if after == _FROM_NOW else after)
    return deps.support.streams.respond(_as_news(source), visit.me.id)


@pages.post("/heartbeat", unattended=True)
def keep_there(deps: ConsoleDependencies, visit: Visit) -> Shown:
    """Any page of the console is open, so who has said to be there still is. It's no sign of the agent's hands."""
    keep_presence(deps.support, visit.me.principal)
    return Shown("bare.html", status=204)


def _as_news(source: EventSource) -> Iterator[ServerEvent | None]:
    """Browsers listen by name: with one for all, a new type needs no change in a page."""
    for event in source:
        yield event and ServerEvent(NEWS, {"type": event.event, **event.data}, event.id)
