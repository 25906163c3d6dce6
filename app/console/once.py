"""A form that has its effect once, however often it is sent: the key was made when the page was shown.

The same table as the API's `Idempotency-Key`, under names of its own.
"""

import re
from typing import Final

from app.console.dependencies import ConsoleDependencies
from app.console.pages import Visit
from app.core import strict_json
from app.core.errors import IDEMPOTENCY_KEY_INVALID
from app.core.idempotency import KeyInUse, UnansweredClaim, fingerprint
from app.core.ids import new_id

FIELD: Final = "once"
_KEY: Final = re.compile(r"once_[0-9a-z]{26}")


def new_key() -> str:
    """What a page puts into its form."""
    return new_id("once")


def key_of(deps: ConsoleDependencies, visit: Visit, route: str) -> KeyInUse:
    """The key of the form that was sent to `route`. Raises IDEMPOTENCY_KEY_INVALID for one that no page made."""
    key = visit.word(FIELD, "")
    if not _KEY.fullmatch(key):
        raise IDEMPOTENCY_KEY_INVALID()
    said = strict_json.canonical(dict(visit.form))
    mark = fingerprint(deps.auth.keys.derive("idempotency"), "POST", f"console:{route}", said)
    return KeyInUse(visit.me.id, key, mark)


def done_before(deps: ConsoleDependencies, key: KeyInUse) -> str | None:
    """The id of what this form has made already, if it has. Raises IDEMPOTENCY_KEY_REUSED for a changed form."""
    with deps.database.snapshot() as tx:
        found = key.found(tx)
    return found.subject_id if isinstance(found, UnansweredClaim) else None
