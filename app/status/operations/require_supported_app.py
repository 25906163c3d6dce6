"""The gate before money calls: an app that is too old to be trusted with money is sent to update."""

from datetime import datetime

from app.core.errors import APP_UPDATE_REQUIRED
from app.core.http.call import Call
from app.payments.operations.report_client_event import NewClientEvent, report_client_event
from app.payments.rules import amount_in_range
from app.status.app_versions import (
    AppVersionInvalidError,
    ClientVersion,
    UpdateAdvice,
    advise_update,
    parse_client_version,
)
from app.status.operations import StatusDependencies
from app.status.queries import find_release

EVENT = "app_update_required"


def require_supported_app(deps: StatusDependencies, call: Call) -> None:
    """Raises APP_UPDATE_REQUIRED where `X-App-Version` is below the minimum of its platform.

    What was refused is kept first as a client event, so that a diagnosis finds it (contract, section 6). A call
    that names no version, or one that we can't read, passes.
    """
    seen = _version_of(call)
    if seen is None:
        return
    with deps.database.snapshot() as tx:
        release, now = find_release(tx, seen.platform), tx.now
    if release is None or advise_update(seen.version, release) is not UpdateAdvice.REQUIRED:
        return
    report_client_event(deps.database, call.user_id, _event(call, now))
    raise APP_UPDATE_REQUIRED(
        minimum_supported=str(release.minimum_supported), download_url=release.download_url
    )


def _version_of(call: Call) -> ClientVersion | None:
    try:
        return parse_client_version(call.client.app_version or "")
    except AppVersionInvalidError:
        return None


def _event(call: Call, now: datetime) -> NewClientEvent:
    """What is known of the refused call: its body was checked for shape, not for sense."""
    amount = call.body.get("amount")
    return NewClientEvent(
        type=EVENT,
        occurred_at=now,
        amount_minor=amount if amount is not None and amount_in_range(amount) else None,
        currency=call.body.get("currency"),
        merchant_id=call.body.get("merchant_id"),
        idempotency_key=call.key.key if call.key else None,
        error=EVENT,
        network_type=call.client.network_type,
        app_version=call.client.app_version,
    )
