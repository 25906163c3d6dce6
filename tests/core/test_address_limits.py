"""Limits per network address."""

import pytest

from app.core.errors import Refusal
from app.core.http.address_limits import LIMITS, AddressLimits


def test_the_thirty_first_verification_of_an_hour_is_refused() -> None:
    limits = AddressLimits(enabled=True)
    for _ in range(30):
        limits("verifications", "192.0.2.1")
    with pytest.raises(Refusal) as refused:
        limits("verifications", "192.0.2.1")
    assert refused.value.code == "rate_limited"
    assert refused.value.retry_after is not None
    assert 3500 < refused.value.retry_after <= 3600
    limit = refused.value.limit
    assert limit is not None
    assert (limit.name, limit.quota, limit.window_seconds) == ("address_verifications", 30, 3600)


def test_addresses_and_names_are_counted_apart() -> None:
    limits = AddressLimits(enabled=True)
    for _ in range(30):
        limits("verifications", "192.0.2.1")
    limits("verifications", "192.0.2.2")
    limits("verifications", None)
    limits("register", "192.0.2.1")


def test_nothing_is_counted_where_they_are_off() -> None:
    limits = AddressLimits(enabled=False)
    for name, limit in LIMITS.items():
        for _ in range(limit.amount + 1):
            limits(name, "192.0.2.1")
