"""What the page of a diagnosis shows beside the answer: the picture in time, and what to do next. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from app.console.axis import Axis, Moment, Stretch, draw_axis
from app.core.locale import Locale
from app.status.incident_queries import IncidentRecord
from app.support.actions.rules import ActionType
from app.support.diagnosis.money import Verdict

UNDATED: Final = frozenset({"search", "account", "gateway_inquiry"})
"""Evidence that dates from now, when it was looked at, and would push what happened to the picture's edge."""
AROUND: Final = timedelta(minutes=30)
MOST_OTHERS: Final = 5

_BY_VERDICT: Final[Mapping[str, Sequence[ActionType]]] = {
    Verdict.HELD: (ActionType.RELEASE_HOLD,),
    Verdict.DUPLICATE: (ActionType.REFUND,),
    Verdict.SUCCEEDED: (ActionType.REFUND,),
}
_BY_CAUSE: Final[Mapping[str, Sequence[ActionType]]] = {
    "account_frozen": (ActionType.UNFREEZE,),
    "transaction_password_locked": (ActionType.UNLOCK_TRANSACTION_PASSWORD,),
}
_ASKING_SETTLES: Final = frozenset({Verdict.UNKNOWN, Verdict.HELD, Verdict.MISMATCH})
"""A mismatch too: what the gateway took is booked and given back. A refund can be asked for of a success only."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """A mark for what the customer remembers, in the words of the page."""

    at: datetime | None
    label: str


def may_inquire(answer: Mapping[str, Any], *, refund_waits: bool = False) -> bool:
    """Whether asking the gateway once more can bring something new, or a refund that waits is to be sent again."""
    settles = refund_waits or answer["verdict"] in _ASKING_SETTLES
    return answer["payment_id"] is not None and settles


def next_actions(answer: Mapping[str, Any]) -> Sequence[ActionType]:
    """What an agent could ask for, likeliest first. Only the money's verdict and what is true now suggest any."""
    causes = [answer["primary_cause"], *answer["other_causes"]]
    by_cause = [it for cause in causes if cause for it in _BY_CAUSE.get(cause["code"], ())]
    return [*by_cause, *_BY_VERDICT.get(answer["verdict"], ())]


def span_of(answer: Mapping[str, Any], remembered: Remembered) -> tuple[datetime, datetime] | None:
    """From when until when something happened, and half an hour around; None where nothing is dated."""
    moments = [it.at for it in _moments(answer, remembered)]
    return (min(moments) - AROUND, max(moments) + AROUND) if moments else None


def draw(
    answer: Mapping[str, Any],
    remembered: Remembered,
    incidents: Sequence[IncidentRecord],
    locale: Locale,
    now: datetime,
) -> Axis | None:
    """The evidence as marks in time, with the incidents shaded behind."""
    stretches = [
        Stretch(
            it.incident.started_at,
            it.incident.resolved_at,
            it.incident.title_en if locale == "en" else it.incident.title_zh,
        )
        for it in incidents
    ]
    return draw_axis(_moments(answer, remembered), stretches, now)


def _moments(answer: Mapping[str, Any], remembered: Remembered) -> list[Moment]:
    moments = [
        Moment(it["at"], it["type"], it["text"])
        for it in answer["evidence"]
        if it["type"] not in UNDATED
    ]
    others = [it for it in answer["candidates"] if it.payment_id != answer["payment_id"]]
    for it in others[:MOST_OTHERS]:
        label = it.merchant["name"] if it.merchant else it.payment_id or it.client_event_id
        moments.append(Moment(it.at, "other", label))
    if remembered.at is not None:
        moments.append(Moment(remembered.at, "remembered", remembered.label))
    return moments
