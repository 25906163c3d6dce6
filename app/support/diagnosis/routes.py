"""`/v1/support/payment-diagnoses`: what became of a payment (contract, section 7)."""

from typing import Any

from app.core.errors import NOT_FOUND
from app.core.http.call import Call
from app.core.http.routes import Routes
from app.support.dependencies import SupportDependencies
from app.support.diagnosis.investigating import Question
from app.support.diagnosis.matching import Recollection
from app.support.diagnosis.operations.diagnose_payment import diagnose_payment as diagnose
from app.support.diagnosis.schemas import NewPaymentDiagnosisSchema, PaymentDiagnosisSchema

routes = Routes("support_diagnosis", prefix="/v1/support", tag="Support")


@routes.post(
    "/payment-diagnoses",
    body=NewPaymentDiagnosisSchema,
    answers={201: PaymentDiagnosisSchema},
    errors=(NOT_FOUND,),
)
def diagnose_payment(deps: SupportDependencies, call: Call) -> dict[str, Any]:
    """What became of a payment: where the money is, why, whether it is safe to pay again, and what to do.

    It is found by its id, or by about when and how much; asking moves no money.
    """
    body = call.body
    if "payment_id" in body:
        return diagnose(deps, call.user_id, Question(body["payment_id"]), call.locale)
    remembered = Recollection(body["amount"], body["occurred_at"], body.get("merchant_id"))
    return diagnose(deps, call.user_id, Question(remembered=remembered), call.locale)
