"""`/callbacks/gateway` and `/callbacks/bank`: no login; the signature says who calls."""

from typing import Any, Final

from app.core.http.call import Call
from app.core.http.routes import Access, Routes
from app.webhooks.errors import SIGNATURE_INVALID
from app.webhooks.operations import CallbackDependencies
from app.webhooks.operations.hear_callback import hear_callback
from app.webhooks.rules import CallbackSource, CallbackStatus
from app.webhooks.schemas import CallbackSchema, HeardCallbackSchema
from app.webhooks.signatures import WEBHOOK_ID, WEBHOOK_SIGNATURE, WEBHOOK_TIMESTAMP

routes = Routes("callbacks", prefix="/callbacks", tag="Callbacks", access=Access.ANYONE)

_CALLBACK: Final[dict[str, Any]] = {
    "body": CallbackSchema,
    "raw_body": True,
    "headers": (WEBHOOK_ID, WEBHOOK_TIMESTAMP, WEBHOOK_SIGNATURE),
    "answers": {200: HeardCallbackSchema},
    "errors": (SIGNATURE_INVALID,),
}


@routes.post("/gateway", **_CALLBACK)
def hear_gateway(deps: CallbackDependencies, call: Call) -> dict[str, CallbackStatus]:
    """What became of a charge, from the gateway. A repeat has no effect; a type that we don't know is ignored."""
    return {"status": hear_callback(deps, CallbackSource.GATEWAY, call.headers, call.raw)}


@routes.post("/bank", **_CALLBACK)
def hear_bank(deps: CallbackDependencies, call: Call) -> dict[str, CallbackStatus]:
    """What became of a payout or a deposit, from the bank. A repeat has no effect; an unknown type is ignored."""
    return {"status": hear_callback(deps, CallbackSource.BANK, call.headers, call.raw)}
