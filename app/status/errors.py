"""Refusals of the status domain."""

from app.core.errors import define_error

INCIDENT_RESOLVED = define_error(
    "incident_resolved",
    409,
    zh=("事件已解决", "已解决的事件不能重新打开，请新建一个事件；仍可补充说明。"),
    en=(
        "The incident is resolved",
        "It can't be opened again: open another one. What is said about it can still be added to.",
    ),
)
