"""Hears what the gateway or the bank calls back about: genuine ones once, whatever their order."""

from collections.abc import Mapping
from typing import Any

from app.core import strict_json
from app.core.errors import VALIDATION_FAILED, field_problem
from app.webhooks.errors import SIGNATURE_INVALID
from app.webhooks.forgetting import plan_to_forget_callbacks
from app.webhooks.models import HeardCallback
from app.webhooks.operations import CallbackDependencies
from app.webhooks.rules import HEARD_ABOUT, CallbackSource, CallbackStatus
from app.webhooks.signatures import Incoming, verified


def hear_callback(
    deps: CallbackDependencies, source: CallbackSource, headers: Mapping[str, str], body: bytes
) -> CallbackStatus:
    """What became of the callback: heard, a duplicate without effect, or of a type that we don't know.

    Its effect comes first and is one that a second time changes nothing (guarded updates); only then is its id noted.
    So one that fails in the middle leaves nothing that would swallow the repeat, and two at once have one effect.

    Raises SIGNATURE_INVALID before anything else is looked at; MALFORMED_JSON or VALIDATION_FAILED for a genuine one
    that can't be understood.
    """
    callback = _genuine(deps, source, headers, body)
    kind, data = _read(callback)
    if kind.partition(".")[0] not in HEARD_ABOUT[source]:
        return CallbackStatus.IGNORED
    if _was_heard(deps, source, callback):
        return CallbackStatus.DUPLICATE
    if not deps.hear[source](data):
        raise VALIDATION_FAILED(errors=[field_problem("/data", "invalid_value")])
    return _note(deps, source, callback)


def _genuine(
    deps: CallbackDependencies, source: CallbackSource, headers: Mapping[str, str], body: bytes
) -> Incoming:
    with deps.database.snapshot() as tx:
        now = tx.now
    callback = verified(deps.secrets.get(source), headers, body, now)
    if callback is None:
        raise SIGNATURE_INVALID()
    return callback


def _read(callback: Incoming) -> tuple[str, Mapping[str, Any]]:
    """The type and the data. What else is there is of no interest: senders may add to it."""
    document = strict_json.parse(callback.body)
    if not isinstance(document, dict):
        raise VALIDATION_FAILED(errors=[field_problem("", "invalid_type")])
    wanted: dict[str, type] = {"type": str, "data": dict}
    wrong = [name for name, kind in wanted.items() if not isinstance(document.get(name), kind)]
    if wrong:
        raise VALIDATION_FAILED(errors=[field_problem(f"/{it}", "invalid_type") for it in wrong])
    return document["type"], document["data"]


def _was_heard(deps: CallbackDependencies, source: CallbackSource, callback: Incoming) -> bool:
    with deps.database.snapshot() as tx:
        return tx.get(HeardCallback, (source, callback.id)) is not None


def _note(deps: CallbackDependencies, source: CallbackSource, callback: Incoming) -> CallbackStatus:
    with deps.database.transaction() as tx:
        first = tx.insert_missing(
            HeardCallback, source=source, webhook_id=callback.id, heard_at=tx.now
        )
        plan_to_forget_callbacks(tx)
    return CallbackStatus.HEARD if first else CallbackStatus.DUPLICATE
