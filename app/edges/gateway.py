"""The payment gateway over HTTP. Shapes of requests and meanings of statuses; the wire is in http.py."""

from typing import Any

from app.edges import reading
from app.edges.deadline import Limits
from app.edges.http import HttpExchange, OnRefused
from app.edges.protocols import BalanceSource, CardSource, Charge, Refund
from app.edges.results import Answer, Finding, FindingState, Outcome, Problem

_CHARGED: reading.Answers = {
    "captured": (Outcome.SUCCEEDED, None),
    "declined": (Outcome.FAILED, Problem.DECLINED),
    "cancelled": (Outcome.FAILED, Problem.CANCELLED),
}
_REFUNDED: reading.Answers = {
    "refunded": (Outcome.SUCCEEDED, None),
    "refused": (Outcome.FAILED, Problem.DECLINED),
}
_FOUND: reading.Findings = {
    "captured": FindingState.DONE,
    "refunded": FindingState.DONE,
    "declined": FindingState.FAILED,
    "cancelled": FindingState.CANCELLED,
}


class HttpGateway:
    """A `Gateway` at a base URL."""

    def __init__(
        self,
        base_url: str,
        *,
        on_refused: OnRefused | None = None,
        limits: Limits = Limits(),  # noqa: B008 - immutable
    ) -> None:
        self._http = HttpExchange(base_url, on_refused=on_refused, limits=limits)

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
        reply = self._http.post("/v1/charges", document | money)
        return reading.answer(reply, _CHARGED, charge.reference, money)

    def inquire(self, reference: str) -> Finding:
        """See `Gateway.inquire`."""
        reply = self._http.get("/v1/charges", {"reference": reference}, {200, 404})
        return reading.finding(reply, _FOUND, reference)

    def cancel(self, reference: str) -> Finding:
        """See `Gateway.cancel`."""
        reply = self._http.post("/v1/cancellations", {"reference": reference})
        return reading.finding(reply, _FOUND, reference)

    def refund(self, refund: Refund) -> Answer:
        """See `Gateway.refund`."""
        money = {"amount": refund.amount_minor}
        document = {"reference": refund.reference, "charge_reference": refund.charge_reference}
        reply = self._http.post("/v1/refunds", document | money)
        return reading.answer(reply, _REFUNDED, refund.reference, money)


def _source(source: BalanceSource | CardSource) -> dict[str, Any]:
    if isinstance(source, CardSource):
        return {"type": "card", "token": source.token, "last4": source.last4}
    return {"type": "balance"}
