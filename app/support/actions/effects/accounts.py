"""Letting users in again, and protecting their accounts. No agent sees or sets a password."""

from app.auth import protecting
from app.auth.operations.ask_for_code import show_challenge
from app.auth.queries import get_user
from app.auth.rules import AccountStatus, Door
from app.core.clock import rfc3339
from app.core.database import Transaction
from app.support.actions.effects.effect import Effect, Entries
from app.support.actions.errors import ACCOUNT_NOT_FROZEN, TRANSACTION_PASSWORD_RESET_REQUIRED
from app.support.actions.models import ActionRequest
from app.support.dependencies import SupportDependencies


def _freeze(tx: Transaction, deps: SupportDependencies, request: ActionRequest) -> None:
    protecting.freeze(tx, deps.auth, request.user_id)


def _require_frozen(tx: Transaction, deps: SupportDependencies, request: ActionRequest) -> Entries:
    if get_user(tx, request.user_id).status != AccountStatus.FROZEN:
        raise ACCOUNT_NOT_FROZEN()
    return []


def _unfreeze(tx: Transaction, deps: SupportDependencies, request: ActionRequest) -> None:
    protecting.unfreeze(tx, deps.auth, request.user_id)


def _revoke_sessions(tx: Transaction, deps: SupportDependencies, request: ActionRequest) -> None:
    ended = protecting.revoke_every_session(tx, deps.auth, request.user_id)
    request.outcome = {"sessions_ended": ended}


def _unlock_login(tx: Transaction, deps: SupportDependencies, request: ActionRequest) -> None:
    protecting.unlock(tx, deps.auth, request.user_id, Door.LOGIN)


def _require_no_reset(
    tx: Transaction, deps: SupportDependencies, request: ActionRequest
) -> Entries:
    """After three locks in 24 h somebody is guessing: only who can read the user's messages opens that again."""
    if protecting.needs_reset(tx, request.user_id, Door.TRANSACTION_PASSWORD):
        raise TRANSACTION_PASSWORD_RESET_REQUIRED()
    return []


def _unlock_transaction_password(
    tx: Transaction, deps: SupportDependencies, request: ActionRequest
) -> None:
    protecting.unlock(tx, deps.auth, request.user_id, Door.TRANSACTION_PASSWORD)


def _send_password_reset(
    tx: Transaction, deps: SupportDependencies, request: ActionRequest
) -> None:
    """The code goes to the user; what the app needs beside it to confirm it, the agent may pass on."""
    shown = show_challenge(protecting.send_reset_code(tx, deps.auth, request.user_id))
    request.outcome = {
        "verification": {
            "id": shown.id,
            "channel": shown.channel,
            "destination": shown.destination,
            "expires_at": rfc3339(shown.expires_at),
        }
    }


FREEZE = Effect(_freeze)
UNFREEZE = Effect(_unfreeze, preview=_require_frozen)
REVOKE_SESSIONS = Effect(_revoke_sessions)
UNLOCK_LOGIN = Effect(_unlock_login)
UNLOCK_TRANSACTION_PASSWORD = Effect(_unlock_transaction_password, preview=_require_no_reset)
SEND_PASSWORD_RESET = Effect(_send_password_reset)
