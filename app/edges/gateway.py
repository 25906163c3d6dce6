"""The payment gateway over HTTP. Shapes of requests and meanings of statuses; the wire is in http.py."""

from collections.abc import Mapping
from typing import Any

from app.edges import reading
from app.edges.deadline import Limits
from app.edges.http import HttpExchange, OnRefused
from app.edges.protocols import BalanceSource, CardSource, Charge, Refund
from app.edges.results import Answer, Finding, FindingState, Outcome, Problem, Settlements
from app.edges.settlements import read_settlements

_CHARGED: reading.Answers = {
    "captured": (Outcome.SUCCEEDED, None),
    "declined": (Outcome.FAILED, Problem.DECLINED),
    "cancelled": (Outcome.FAILED, Problem.CANCELLED),
}
_REFUNDED: reading.Answers = {
    "refunded": (Outcome.SUCCEEDED, None),
    "refused": (Outcome.FAILED, Problem.DECLINED),
}
_NO_ROUTES: Mapping[str, str] = {}
FOUND: reading.Findings = {
    "captured": FindingState.DONE,
    "refunded": FindingState.DONE,
    "declined": FindingState.FAILED,
    "cancelled": FindingState.CANCELLED,
}


class HttpGateway:
    """A `Gateway` at a base URL, with other doors for the charges of some merchants.

    `routes` gives the base URL of such a merchant's acquirer. Behind all doors is one book of one
    gateway: what is asked later (inquire, cancel, refund) has our reference and no merchant, and is
    asked at `base_url`, which knows every charge wherever it came in. `on_refused` is told of
    refused connections to `base_url` only.
    """

    def __init__(
        self,
        base_url: str,
        *,
        routes: Mapping[str, str] = _NO_ROUTES,
        on_refused: OnRefused | None = None,
        limits: Limits = Limits(),  # noqa: B008 - immutable
    ) -> None:
        self._http = HttpExchange(base_url, on_refused=on_refused, limits=limits)
        self._routes = {
            merchant_id: HttpExchange(url, limits=limits) for merchant_id, url in routes.items()
        }

    def charge(self, charge: Charge) -> Answer:
        """See `Gateway.charge`."""
        money = {"amount": charge.amount_minor, "currency": charge.currency}
        document = {
            "reference": charge.reference,
            "merchant_id": charge.merchant_id,
            "user_id": charge.user_id,
            "source": _source(charge.source),
            "description": charge.description,
        }
        http = self._routes.get(charge.merchant_id or "", self._http)
        reply = http.post("/v1/charges", document | money)
        return reading.answer(reply, _CHARGED, charge.reference, money)

    def inquire(self, reference: str) -> Finding:
        """See `Gateway.inquire`."""
        reply = self._http.get("/v1/charges", {"reference": reference}, {200, 404})
        return reading.finding(reply, FOUND, reference)

    def cancel(self, reference: str) -> Finding:
        """See `Gateway.cancel`."""
        reply = self._http.post("/v1/cancellations", {"reference": reference})
        return reading.finding(reply, FOUND, reference)

    def refund(self, refund: Refund) -> Answer:
        """See `Gateway.refund`."""
        money = {"amount": refund.amount_minor}
        document = {"reference": refund.reference, "charge_reference": refund.charge_reference}
        reply = self._http.post("/v1/refunds", document | money)
        return reading.answer(reply, _REFUNDED, refund.reference, money)

    def settlements(self) -> Settlements:
        """See `Gateway.settlements`."""
        return read_settlements(self._http, FOUND)


def _source(source: BalanceSource | CardSource) -> dict[str, Any]:
    if isinstance(source, CardSource):
        return {"type": "card", "token": source.token, "last4": source.last4}
    return {"type": "balance"}
