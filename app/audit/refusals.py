"""What agents were refused is kept too: an attempt says as much as an act."""

import re
from collections.abc import Callable
from typing import Final

from app.audit.rules import Act
from app.audit.trail import AuditTrail
from app.core.database import Database
from app.core.http.call import RefusedCall

REFUSED: Final = "refused"
"""The action of such an entry; `detail` says which operation, and the code of the refusal."""
_ID: Final = re.compile(r"[a-z]{2,5}_[0-9a-z_]{1,40}")


def refusal_noter(database: Database, trail: AuditTrail) -> Callable[[RefusedCall], None]:
    """What keeps refused calls, in a transaction of its own, since the refused one wrote nothing."""

    def note(call: RefusedCall) -> None:
        # What a caller wrote is only kept where it looks like an id: the trail is never cleaned.
        ids = [value for value in call.path.values() if _ID.fullmatch(value)]
        users = [value for value in ids if value.startswith("usr_")]
        act = Act(
            actor=call.agent_id,
            action=REFUSED,
            subject=ids[0] if ids else None,
            customer_id=users[0] if users else None,
            detail={"operation": call.operation, "code": call.code},
        )
        with database.transaction() as tx:
            trail.record(tx, act)

    return note
