"""Which effect each type of action has."""

from typing import Final

from app.support.actions.effects import accounts
from app.support.actions.effects.effect import Effect
from app.support.actions.effects.goodwill import GOODWILL_CREDIT
from app.support.actions.effects.holds import RELEASE_HOLD
from app.support.actions.effects.refunds import REFUND
from app.support.actions.rules import ActionType

EFFECTS: Final[dict[ActionType, Effect]] = {
    ActionType.SEND_PASSWORD_RESET: accounts.SEND_PASSWORD_RESET,
    ActionType.UNLOCK_LOGIN: accounts.UNLOCK_LOGIN,
    ActionType.UNLOCK_TRANSACTION_PASSWORD: accounts.UNLOCK_TRANSACTION_PASSWORD,
    ActionType.REVOKE_SESSIONS: accounts.REVOKE_SESSIONS,
    ActionType.FREEZE: accounts.FREEZE,
    ActionType.UNFREEZE: accounts.UNFREEZE,
    ActionType.REFUND: REFUND,
    ActionType.RELEASE_HOLD: RELEASE_HOLD,
    ActionType.GOODWILL_CREDIT: GOODWILL_CREDIT,
}
