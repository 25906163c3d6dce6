"""Logs: one JSON object a line on stderr. No body, code, password, token or card number is ever passed in."""

import logging
import re
import sys

import structlog
from structlog.typing import EventDict, WrappedLogger

# What PostgreSQL adds to an error: the row that failed, hashes and all.
_DETAIL = re.compile(r"^(DETAIL|CONTEXT):.*$", re.MULTILINE)


def configure_logs(level: str = "INFO") -> None:
    """Call once per process, before the first line is written."""
    logging.basicConfig(level=level, stream=sys.stderr, format="%(message)s")
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # it writes whole addresses
    logging.getLogger("alembic").setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _without_row_contents,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def _without_row_contents(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    for name in ("exception", "problem"):
        if isinstance(event.get(name), str):
            event[name] = _DETAIL.sub("(detail left out)", event[name])
    return event
