"""What agents were refused is kept too: an attempt says as much as an act.

Of what others were refused only what operations name is kept, and so little of it that nobody can fill the trail.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Final

import sqlalchemy as sa

from app.audit.models import AuditEntry
from app.audit.rules import Act
from app.audit.trail import AuditTrail
from app.core.database import Database, Transaction
from app.core.http.call import RefusedCall

REFUSED: Final = "refused"
"""The action of such an entry; `detail` says which operation, and the code of the refusal."""
SPARING_WINDOW: Final = timedelta(hours=1)
MOST_ABOUT_ONE: Final = 3
"""Sparing entries of one actor and action about one subject within the window."""
MOST_OF_ONE: Final = 20
"""The same about all subjects together."""
_LOOKED_BACK: Final = 500
"""Of the actor's newest entries: whoever wrote more meanwhile may repeat one."""
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


def record_sparingly(tx: Transaction, trail: AuditTrail, act: Act) -> bool:
    """Append what somebody who is no agent was refused, unless the hour has enough of it; whether it was appended.

    Calls at the same moment may go over the bounds by as many as there are.
    """
    newest = (
        sa.select(AuditEntry.action, AuditEntry.subject, AuditEntry.at)
        .where(AuditEntry.actor == act.actor)
        .order_by(AuditEntry.seq.desc())
        .limit(_LOOKED_BACK)
        .subquery()
    )
    alike = sa.select(newest.c.subject).where(
        newest.c.action == act.action, newest.c.at > tx.now - SPARING_WINDOW
    )
    subjects = tx.scalars(alike).all()
    if len(subjects) >= MOST_OF_ONE or subjects.count(act.subject) >= MOST_ABOUT_ONE:
        return False
    trail.record(tx, act)
    return True
