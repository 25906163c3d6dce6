"""The bank over HTTP. Shapes of requests and meanings of statuses; the wire is in http.py."""

from typing import Any

from app.edges import reading
from app.edges.deadline import Limits
from app.edges.http import HttpExchange, NoReply, OnRefused
from app.edges.protocols import (
    CardDetails,
    Deposit,
    DepositReversal,
    Payout,
    TokenisedCard,
)
from app.edges.results import Answer, Finding, FindingState, Outcome, Problem, Settlements
from app.edges.settlements import read_settlements

_DECLINED = (Outcome.FAILED, Problem.DECLINED)
_CANCELLED = (Outcome.FAILED, Problem.CANCELLED)
_PAID: reading.Answers = {
    "paid": (Outcome.SUCCEEDED, None),
    "declined": _DECLINED,
    "cancelled": _CANCELLED,
}
_POSTED: reading.Answers = {
    "posted": (Outcome.SUCCEEDED, None),
    "declined": _DECLINED,
    "cancelled": _CANCELLED,
}
_REVERSED: reading.Answers = {
    "reversed": (Outcome.SUCCEEDED, None),
    "not_found": _CANCELLED,
}
FOUND: reading.Findings = {
    "paid": FindingState.DONE,
    "posted": FindingState.DONE,
    "reversed": FindingState.DONE,
    "declined": FindingState.FAILED,
    "cancelled": FindingState.CANCELLED,
}


class HttpBank:
    """A `Bank` at a base URL."""

    def __init__(
        self,
        base_url: str,
        *,
        on_refused: OnRefused | None = None,
        limits: Limits = Limits(),  # noqa: B008 - immutable
    ) -> None:
        self._http = HttpExchange(base_url, on_refused=on_refused, limits=limits)

    def tokenise(self, card: CardDetails) -> TokenisedCard | Answer:
        """See `Bank.tokenise`."""
        document = {
            "card_number": card.card_number,
            "holder_name": card.holder_name,
            "phone": card.phone,
        }
        reply = self._http.post("/v1/tokens", document, {200, 422})
        if isinstance(reply, NoReply):
            return reading.unanswered(reply)
        said = reply.fields.get("token" if reply.status == 200 else "code")
        if not isinstance(said, str) or not said:
            return reading.misunderstood(reply)
        return TokenisedCard(said) if reply.status == 200 else reading.refused(reply, said)

    def payout(self, payout: Payout) -> Answer:
        """See `Bank.payout`."""
        reply = self._http.post("/v1/payouts", _to_card(payout))
        return reading.answer(reply, _PAID, payout.reference, _money(payout))

    def deposit(self, deposit: Deposit) -> Answer:
        """See `Bank.deposit`."""
        document = _to_card(deposit) | {"description": deposit.description}
        reply = self._http.post("/v1/deposits", document)
        return reading.answer(reply, _POSTED, deposit.reference, _money(deposit))

    def reverse_deposit(self, reversal: DepositReversal) -> Answer:
        """See `Bank.reverse_deposit`."""
        document = {
            "reference": reversal.reference,
            "deposit_reference": reversal.deposit_reference,
        }
        reply = self._http.post("/v1/deposit-reversals", document)
        return reading.answer(reply, _REVERSED, reversal.reference)

    def inquire(self, reference: str) -> Finding:
        """See `Bank.inquire`."""
        reply = self._http.get("/v1/movements", {"reference": reference}, {200, 404})
        return reading.finding(reply, FOUND, reference)

    def cancel(self, reference: str) -> Finding:
        """See `Bank.cancel`."""
        reply = self._http.post("/v1/cancellations", {"reference": reference})
        return reading.finding(reply, FOUND, reference)

    def settlements(self) -> Settlements:
        """See `Bank.settlements`."""
        return read_settlements(self._http, FOUND)


def _money(movement: Payout | Deposit) -> dict[str, Any]:
    return {"amount": movement.amount_minor, "currency": movement.currency}


def _to_card(movement: Payout | Deposit) -> dict[str, Any]:
    return {
        "reference": movement.reference,
        "token": movement.token,
        "user_id": movement.user_id,
        "card_last4": movement.card_last4,
    } | _money(movement)
