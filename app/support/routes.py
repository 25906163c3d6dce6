"""`/v1/support/channels`: how to reach us."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.core.http.call import Call
from app.core.http.routes import Access, Routes
from app.core.locale import Locale
from app.core.pagination import Page
from app.support.channels import WEEKDAYS, Channel, channels, clock_text
from app.support.counted_pages import cut_page
from app.support.dependencies import SupportDependencies
from app.support.schemas import SupportChannelSchema

routes = Routes("support", prefix="/v1/support", tag="Support")


@routes.get("/channels", access=Access.ANYONE, answers={200: SupportChannelSchema}, paged=True)
def list_channels(deps: SupportDependencies, call: Call) -> Page[dict[str, Any]]:
    """How to reach us, whether somebody is there now, and how soon you get an answer."""
    with deps.database.snapshot() as tx:
        now = tx.now
    offered = cut_page(channels(), call.page)
    return offered.map(lambda channel: _channel(channel, now, deps.timezone, call.locale))


def _channel(channel: Channel, now: datetime, timezone: ZoneInfo, locale: Locale) -> dict[str, Any]:
    spans = [
        {
            "days": [day for day in WEEKDAYS if day in span.days],
            "opens": clock_text(span.opens),
            "closes": clock_text(span.closes),
        }
        for span in channel.hours
    ]
    return {
        "code": channel.code,
        "name": channel.name.said_in(locale),
        "contact": channel.contact,
        "hours": {
            "text": channel.hours_text.said_in(locale),
            "timezone": timezone.key,
            "spans": spans,
        },
        "open_now": channel.is_open(now, timezone),
        "promised_reply": channel.promise_text.said_in(locale),
        "promised_reply_seconds": int(channel.promise.total_seconds()),
        "promised_reply_at": channel.promised_reply_at(now, timezone),
    }
