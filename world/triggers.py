"""Magic values: merchants and card numbers that always bring the same outcome. One table.

A trigger whose failure code is to be reached takes no money: an inquiry finds nothing, the cancel is
confirmed. Merchants out of reach are listed here and plain to the gateway: the wallet is told to
charge for them elsewhere (dead_ports.py, and a host that does not exist). Card triggers can be bound
(tokens and micro-deposits work); they go wrong when they pay.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from world.interference import UNDISTURBED, Interference, Manner

MERCHANT = "merchant"
CARD_NUMBER = "card_number"


@dataclass(frozen=True, slots=True)
class Trigger:
    """A value and what it brings; `failure` is the (reason, code) that a payer ends up with."""

    kind: str
    value: str
    effect: str
    failure: tuple[str, str] | None = None
    interference: Interference = UNDISTURBED


def _lost(manner: Manner) -> Interference:
    return Interference(acts=False, manner=manner)


_TABLE = (
    Trigger(
        MERCHANT,
        "mch_test_gateway_declined",
        "declined",
        ("gateway_error", "gateway_declined"),
        Interference(refusal="declined"),
    ),
    Trigger(
        MERCHANT,
        "mch_test_gateway_unavailable",
        "http_500",
        ("gateway_error", "gateway_unavailable"),
        _lost(Manner.SERVER_ERROR),
    ),
    Trigger(
        MERCHANT,
        "mch_test_maintenance",
        "http_503",
        ("gateway_error", "gateway_maintenance"),
        _lost(Manner.MAINTENANCE),
    ),
    Trigger(
        MERCHANT,
        "mch_test_bad_response",
        "garbage",
        ("gateway_error", "gateway_bad_response"),
        _lost(Manner.GARBAGE),
    ),
    Trigger(
        MERCHANT,
        "mch_test_connection_reset",
        "reset_before",
        ("network_error", "connection_reset"),
        _lost(Manner.RESET),
    ),
    Trigger(
        MERCHANT,
        "mch_test_read_timeout",
        "hang_before",
        ("network_error", "read_timeout"),
        _lost(Manner.SILENCE),
    ),
    Trigger(
        MERCHANT,
        "mch_test_dns_failure",
        "dns_failure",
        ("network_error", "dns_failure"),
    ),
    Trigger(
        MERCHANT,
        "mch_test_connection_refused",
        "connection_refused",
        ("network_error", "connection_refused"),
    ),
    Trigger(
        MERCHANT,
        "mch_test_connect_timeout",
        "connect_timeout",
        ("network_error", "connect_timeout"),
    ),
    Trigger(
        MERCHANT,
        "mch_test_reset_after",
        "succeeds_after_inquiry",
        None,
        Interference(manner=Manner.RESET),
    ),
    Trigger(
        MERCHANT,
        "mch_test_risk",
        "risk",
        ("declined", "risk"),
        Interference(refusal="risk"),
    ),
    Trigger(
        MERCHANT,
        "mch_test_limit",
        "limit_exceeded",
        ("declined", "limit_exceeded"),
        Interference(refusal="limit_exceeded"),
    ),
    Trigger(CARD_NUMBER, "6222021000000000009", "ok"),
    Trigger(CARD_NUMBER, "6228481000000000009", "ok"),
    Trigger(
        CARD_NUMBER,
        "6222021000000000017",
        "insufficient_funds",
        ("insufficient_balance", "card_balance"),
        Interference(refusal="insufficient_funds"),
    ),
    Trigger(
        CARD_NUMBER,
        "6222021000000000025",
        "card_frozen",
        ("declined", "card_frozen"),
        Interference(refusal="card_frozen"),
    ),
    Trigger(
        CARD_NUMBER,
        "6222021000000000033",
        "card_expired",
        ("declined", "card_expired"),
        Interference(refusal="card_expired"),
    ),
    Trigger(
        CARD_NUMBER,
        "6228481000000000017",
        "risk",
        ("declined", "risk"),
        Interference(refusal="risk"),
    ),
    Trigger(
        CARD_NUMBER,
        "6228481000000000025",
        "limit_exceeded",
        ("declined", "limit_exceeded"),
        Interference(refusal="limit_exceeded"),
    ),
    Trigger(
        CARD_NUMBER,
        "6228481000000000033",
        "declined",
        ("gateway_error", "gateway_declined"),
        Interference(refusal="declined"),
    ),
)

_BY_VALUE: Mapping[tuple[str, str], Trigger] = {(row.kind, row.value): row for row in _TABLE}


def listed() -> list[dict[str, Any]]:
    """Return the world's part of the catalogue of triggers."""
    return [_shown(trigger) for trigger in _TABLE]


def meet(*, merchant_id: str | None = None, card_number: str | None = None) -> Interference:
    """Return what a payment's merchant brings, or else its card."""
    values = ((MERCHANT, merchant_id or ""), (CARD_NUMBER, card_number or ""))
    found = (_BY_VALUE[value].interference for value in values if value in _BY_VALUE)
    return next((each for each in found if each != UNDISTURBED), UNDISTURBED)


def _shown(trigger: Trigger) -> dict[str, Any]:
    reason, code = trigger.failure or (None, None)
    return {
        "kind": trigger.kind,
        "value": trigger.value,
        "effect": trigger.effect,
        "failure_reason": reason,
        "failure_code": code,
    }
