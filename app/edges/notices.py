"""What a callback tells about one of our references. Its signature is checked elsewhere (app/webhooks)."""

from collections.abc import Mapping
from typing import Any

from app.edges import bank, gateway, reading
from app.edges.results import Finding, FindingState, Notice


def read_gateway_notice(data: Mapping[str, Any]) -> Notice | None:
    """Read what the gateway shows of a charge; None where that can't be understood."""
    return _read(data, gateway.FOUND)


def read_bank_notice(data: Mapping[str, Any]) -> Notice | None:
    """Read what the bank shows of a movement; None where that can't be understood."""
    return _read(data, bank.FOUND)


def _read(data: Mapping[str, Any], findings: reading.Findings) -> Notice | None:
    reference, said = data.get("reference"), data.get("status")
    state = findings.get(said) if isinstance(said, str) else None
    if not isinstance(reference, str) or not reference or state is None:
        return None
    amount, currency = _amount(data.get("amount")), _text(data.get("currency"))
    external_id = _text(data.get("id"))
    done = state is FindingState.DONE
    if done and None in (amount, currency, external_id):
        return None
    failed = state is FindingState.FAILED
    problem = reading.decline_problem(data.get("decline_code")) if failed else None
    finding = Finding(state, problem, external_id, http_status=None, latency_ms=0)
    return Notice(reference, finding, amount, currency)


def _amount(said: object) -> int | None:
    return said if isinstance(said, int) and not isinstance(said, bool) else None


def _text(said: object) -> str | None:
    return said if isinstance(said, str) and said else None
