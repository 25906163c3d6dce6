"""Limits per network address, for calls without a login: off in the sandbox unless asked for (contract, section 2).

Limits per account, code, card and destination, and on codes per address, are the domains' business and lie in the
database. These protect the machine: they count in real time, per process, or over all processes with Redis. A Redis
that can't be reached stops nobody: until it is back each process counts for itself.
"""

import math
import re
import time
from collections.abc import Mapping
from typing import Final

import structlog
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.errors import ConfigurationError, StorageError
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from app.core.addresses import counted_address
from app.core.errors import RATE_LIMITED, RateLimit

IN_MEMORY: Final = "memory://"
ANSWER_SECONDS: Final = 1.0  # longer than this no call waits for Redis

log = structlog.get_logger(__name__)

LIMITS: Final[Mapping[str, RateLimitItem]] = {
    "verification_calls": RateLimitItemPerMinute(
        60
    ),  # how many codes they bring: app.auth.sending_caps
    "confirmations": RateLimitItemPerMinute(60),
    "register": RateLimitItemPerHour(30),
    "login": RateLimitItemPerMinute(60),
    "refresh": RateLimitItemPerMinute(120),
    "password_resets": RateLimitItemPerHour(60),
    "password_checks": RateLimitItemPerMinute(300),
    "faq_feedback": RateLimitItemPerMinute(30),
}
"""So many calls of a name from one address in a moving window. The contract is silent, so they are ours: many phones
share one address behind a carrier's gateway."""


class AddressLimits:
    """Counts calls per name and address; call it for each request."""

    def __init__(self, *, enabled: bool, redis_url: str | None = None) -> None:
        """Nothing is connected yet. Raises ValueError for a URL that names no Redis."""
        self._enabled = enabled
        self._own = MovingWindowRateLimiter(storage_from_string(IN_MEMORY))
        self._shared = _shared_limiter(redis_url) if redis_url else self._own

    def __call__(self, name: str, address: str | None) -> None:
        """Count one call. Raises RATE_LIMITED with `retry_after` in seconds; KeyError for no such name."""
        if not self._enabled:
            return
        item = LIMITS[name]
        key = (name, counted_address(address))
        try:
            frees_at = _count(self._shared, item, key)
        except StorageError as problem:
            log.warning("redis_unreachable", problem=str(problem))
            frees_at = _count(self._own, item, key)
        if frees_at is not None:
            wait = max(math.ceil(frees_at - time.time()), 1)
            limit = RateLimit(f"address_{name}", item.amount, item.get_expiry())
            raise RATE_LIMITED(retry_after=wait, limit=limit)


def _shared_limiter(url: str) -> MovingWindowRateLimiter:
    try:
        url = re.sub(r"^unix://", "redis+unix://", url)  # as the limiter calls a socket
        storage = storage_from_string(
            url,
            wrap_exceptions=True,
            socket_timeout=ANSWER_SECONDS,
            socket_connect_timeout=ANSWER_SECONDS,
        )
    except ConfigurationError as problem:
        raise ValueError(f"no Redis to count in: {problem}") from None
    return MovingWindowRateLimiter(storage)


def _count(
    limiter: MovingWindowRateLimiter, item: RateLimitItem, key: tuple[str, str]
) -> float | None:
    """Count one call; when the window frees a place where it is full, as the machine's time, else None."""
    if limiter.hit(item, *key):
        return None
    return limiter.get_window_stats(item, *key).reset_time
