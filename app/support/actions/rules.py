"""Who may have what done, on how sure a caller, and whether a second person must agree. Pure.

The table of "Agents and trust" in support.md and of the contract, section 8.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from app.auth.rules import Role
from app.support.levels import Level


class ActionType(StrEnum):
    """What can be asked for."""

    SEND_PASSWORD_RESET = "send_password_reset"  # noqa: S105 - an action
    UNLOCK_LOGIN = "unlock_login"
    UNLOCK_TRANSACTION_PASSWORD = "unlock_transaction_password"  # noqa: S105 - an action
    REVOKE_SESSIONS = "revoke_sessions"
    FREEZE = "freeze"
    UNFREEZE = "unfreeze"
    REFUND = "refund"
    RELEASE_HOLD = "release_hold"
    GOODWILL_CREDIT = "goodwill_credit"


@dataclass(frozen=True, slots=True)
class ActionRule:
    """How sure we must be of the caller, the least role that may ask, and whether a second person must agree.

    One that `moves_money` must be asked for with an Idempotency-Key.
    """

    level: Level
    role: Role = Role.AGENT
    second_person: bool = False
    moves_money: bool = False


RULES: Final[dict[ActionType, ActionRule]] = {
    ActionType.SEND_PASSWORD_RESET: ActionRule(Level.CODE),
    ActionType.UNLOCK_LOGIN: ActionRule(Level.CODE),
    ActionType.UNLOCK_TRANSACTION_PASSWORD: ActionRule(Level.CODE),
    ActionType.REVOKE_SESSIONS: ActionRule(Level.UNKNOWN),
    ActionType.FREEZE: ActionRule(Level.UNKNOWN),
    ActionType.UNFREEZE: ActionRule(Level.FRESH_CODE, Role.SUPERVISOR, second_person=True),
    ActionType.REFUND: ActionRule(Level.CODE, second_person=True, moves_money=True),
    ActionType.RELEASE_HOLD: ActionRule(Level.CODE, second_person=True),
    ActionType.GOODWILL_CREDIT: ActionRule(Level.CODE, second_person=True, moves_money=True),
}
"""Every refund takes two people, hence also those that support.md names: to a new card within 24 h of a reset, a new
device or a rebinding. Those are pointed out to whoever approves (`Caution`)."""

ABOUT_A_PAYMENT: Final = frozenset({ActionType.REFUND, ActionType.RELEASE_HOLD})
"""What needs a `payment_id`; the others may name one as what they are about."""
OF_AN_AMOUNT: Final = frozenset({ActionType.REFUND, ActionType.GOODWILL_CREDIT})
"""What takes an `amount`; a refund without one gives back all that is left."""


class ActionStatus(StrEnum):
    """What became of a request."""

    PENDING_APPROVAL = "pending_approval"
    EXECUTED = "executed"
    REJECTED = "rejected"


TRANSITIONS: Final[dict[ActionStatus, frozenset[ActionStatus]]] = {
    ActionStatus.PENDING_APPROVAL: frozenset({ActionStatus.EXECUTED, ActionStatus.REJECTED}),
    ActionStatus.EXECUTED: frozenset(),
    ActionStatus.REJECTED: frozenset(),
}
"""What is asked for and needs nobody's approval begins, and ends, as executed."""


class Caution(StrEnum):
    """What happened to the account shortly before, and makes a request worth a second look."""

    PASSWORD_RESET = "password_reset"  # noqa: S105 - a caution
    NEW_DEVICE = "new_device"
    NEW_CARD = "new_card"


CAUTION_FOR: Final = timedelta(hours=24)

GOODWILL_MAX: Final = 50_000
"""Fen in one credit; the contract is silent. What is more is a refund's or a manager's matter."""
GOODWILL_MAX_PER_USER: Final = 100_000
"""Fen credited or waiting to be, to one user within GOODWILL_WINDOW."""
GOODWILL_WINDOW: Final = timedelta(days=30)

REASON_MAX: Final = 500
