"""A code that a caller reads out to the agent (contract, section 7)."""

from app.core.http.call import Principal
from app.support.calls.codes import GivenCode, give_code
from app.support.dependencies import SupportDependencies


def create_call_code(deps: SupportDependencies, who: Principal) -> GivenCode:
    """Six digits for the app that asks, for 10 minutes and one use; an older one of the user's dies.

    It is worth something as long as that app stays signed in. Raises BUSY.
    """
    with deps.database.transaction() as tx:
        return give_code(tx, deps.keys, who.id, who.session_id)
