"""Limits per network address, for calls without a login: off in the sandbox unless asked for (contract, section 2).

Limits per account, code, card and destination are the domains' business and lie in the database. These protect the
machine: they count in real time, per process, or over all processes with Redis.
"""

import math
import time
from collections.abc import Mapping
from typing import Final

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from app.core.errors import RATE_LIMITED, RateLimit

IN_MEMORY: Final = "memory://"
UNKNOWN_ADDRESS: Final = "unknown"

LIMITS: Final[Mapping[str, RateLimitItem]] = {
    "verifications": RateLimitItemPerHour(30),  # contract, section 10
    "confirmations": RateLimitItemPerMinute(60),
    "register": RateLimitItemPerHour(30),
    "login": RateLimitItemPerMinute(60),
    "refresh": RateLimitItemPerMinute(120),
    "password_resets": RateLimitItemPerHour(60),
    "password_checks": RateLimitItemPerMinute(300),
}
"""So many calls of a name from one address in a moving window; where the contract is silent, ours: many phones share
one address behind a carrier's gateway."""


class AddressLimits:
    """Counts calls per name and address; call it for each request."""

    def __init__(self, *, enabled: bool, redis_url: str | None = None) -> None:
        self._enabled = enabled
        self._limiter = MovingWindowRateLimiter(storage_from_string(redis_url or IN_MEMORY))

    def __call__(self, name: str, address: str | None) -> None:
        """Count one call. Raises RATE_LIMITED with `retry_after` in seconds; KeyError for no such name."""
        if not self._enabled:
            return
        item = LIMITS[name]
        key = (name, address or UNKNOWN_ADDRESS)
        if self._limiter.hit(item, *key):
            return
        frees_at = self._limiter.get_window_stats(item, *key).reset_time
        wait = max(math.ceil(frees_at - time.time()), 1)
        limit = RateLimit(f"address_{name}", item.amount, item.get_expiry())
        raise RATE_LIMITED(retry_after=wait, limit=limit)
