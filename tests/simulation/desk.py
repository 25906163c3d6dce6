"""The support desk: gives payments back when customers ask for it. It has no HTTP call of its own yet."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import OperationalError

from app.core.errors import Refusal
from app.core.idempotency import KeyInUse, UnansweredClaim
from app.factory import Wallet
from app.payments.operations.refund_payment import refund_payment

AGENT = "agt_desk"


@dataclass(frozen=True)
class Said:
    """What the desk says, in the shape of an answer."""

    status: int
    body: dict[str, Any]

    @property
    def code(self) -> str:
        """Why not."""
        return str(self.body["code"])

    def __getitem__(self, name: str) -> Any:
        return self.body[name]


def ask_for_refund(wallet: Wallet, key: str, body: dict[str, Any]) -> Said:
    """Refund under an idempotency key; asked again, the desk tells of the refund that it made."""
    claim = KeyInUse(AGENT, key, "refund")
    try:
        with wallet.database.snapshot() as tx:
            found = claim.found(tx)
        if isinstance(found, UnansweredClaim) and found.subject_id:
            return Said(201, {"id": found.subject_id, "status": "known"})
        made = refund_payment(wallet.payments, body["payment_id"], body["amount"], key=claim)
    except Refusal as refusal:
        return Said(refusal.error.status, {"code": refusal.code})
    except OperationalError:
        return Said(503, {"code": "busy"})
    return Said(201, {"id": made, "status": "made"})
