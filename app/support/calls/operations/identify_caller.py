"""Who reads out a call code, for looking customers up by it."""

from app.support.calls.codes import find_holder
from app.support.calls.guesses import count_guess, uncount_guess
from app.support.dependencies import SupportDependencies


def identify_caller(deps: SupportDependencies, agent_id: str, code: str) -> str | None:
    """The id of the user whose valid call code it is, if anybody's. The code stays good for verifying the call.

    The try is counted and committed before anything is compared. Raises RATE_LIMITED after ten wrong ones of the
    agent's in an hour. The caller of this function writes the audit entry.
    """
    with deps.database.transaction() as tx:
        count_guess(tx, agent_id)
    with deps.database.transaction() as tx:
        holder = find_holder(tx, deps.keys, code)
        if holder is None:
            return None
        uncount_guess(tx, agent_id)
    return holder.user_id
