"""The code of a challenge, derived at the moment it is sent; notifications are handed this by the factory."""

from app.auth.challenges import code_binding
from app.auth.codes import verification_code
from app.auth.models import Challenge
from app.auth.operations import AuthDependencies


def render_code(deps: AuthDependencies, challenge_id: str, generation: int) -> str | None:
    """The six digits; None where nothing may be sent: no such account, used, replaced, or sent anew."""
    with deps.database.snapshot() as tx:
        challenge = tx.get(Challenge, challenge_id)
    if challenge is None or not challenge.genuine or challenge.generation != generation:
        return None
    if challenge.closed_at is not None or challenge.token_digest is not None:
        return None
    return verification_code(deps.keys, code_binding(challenge), generation)
