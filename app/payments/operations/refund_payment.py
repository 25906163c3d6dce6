"""Give a payment back, in full or in part, and as often as something is left of it."""

from app.core.errors import NOT_FOUND
from app.core.idempotency import KeyInUse
from app.payments.machine.refunding import ask_back
from app.payments.models import Instruction
from app.payments.operations import PaymentDependencies
from app.payments.operations.send_refund import send_refund
from app.payments.rules import Kind


def refund_payment(
    deps: PaymentDependencies, payment_id: str, amount_minor: int, key: KeyInUse | None = None
) -> str:
    """Refund `amount_minor` of a payment and return the refund's id; whether it succeeded is recorded with it.

    The amount is counted against the payment before the gateway is asked, so refunds in parallel never come to more
    than was paid; a refusal of the gateway frees it again. Raises NOT_FOUND, and REFUND_EXCEEDS_PAYMENT where less is
    left, also of a payment that hasn't succeeded. The caller has checked who may ask for it.
    """
    if amount_minor <= 0:
        raise ValueError("a refund gives something back")
    with deps.database.transaction() as tx:
        payment = tx.get(Instruction, payment_id)
        if payment is None or payment.kind != Kind.PAYMENT:
            raise NOT_FOUND()
        refund = ask_back(tx, payment, amount_minor)
        if key is not None:
            key.claim(tx, refund.id)
    send_refund(deps, refund.id)
    return refund.id
