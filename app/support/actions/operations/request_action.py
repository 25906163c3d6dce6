"""An agent asks to have something done (contract, section 8)."""

from dataclasses import dataclass

from app.auth.protecting import hold_user
from app.auth.queries import get_user
from app.auth.rules import Role, has_role
from app.core.database import Transaction
from app.core.errors import FORBIDDEN, IDEMPOTENCY_KEY_REQUIRED
from app.core.http.call import Principal
from app.core.idempotency import KeyInUse
from app.core.ids import new_id
from app.ledger.queries import wallet_of
from app.payments.queries import own_instruction
from app.payments.rules import Kind
from app.support.actions.cautions import cautions_of
from app.support.actions.effects.table import EFFECTS
from app.support.actions.errors import VERIFICATION_LEVEL_REQUIRED
from app.support.actions.models import ActionRequest
from app.support.actions.recording import record_act
from app.support.actions.rules import RULES, ActionStatus, ActionType
from app.support.conversations.message_masking import mask_message
from app.support.dependencies import SupportDependencies
from app.support.levels import level_of


@dataclass(frozen=True, slots=True)
class AskedAction:
    """What shall be done to whom, why, and on whose word: the call or the conversation with the user."""

    type: ActionType
    user_id: str
    reason: str
    payment_id: str | None = None
    amount_minor: int | None = None
    call_id: str | None = None
    conversation_id: str | None = None


def request_action(
    deps: SupportDependencies, who: Principal, asked: AskedAction, key: KeyInUse | None
) -> ActionRequest:
    """Do it at once, or write it down for a second person, as the table in rules.py says.

    What runs at once is done in the transaction that records it. Raises FORBIDDEN below the role of its type;
    IDEMPOTENCY_KEY_REQUIRED where money moves; NOT_FOUND for a user, payment, call or conversation;
    VERIFICATION_LEVEL_REQUIRED for an agent whose caller isn't sure enough (supervisors and admins pass, and the audit
    says so); and what the type itself refuses.
    """
    rule, effect = RULES[asked.type], EFFECTS[asked.type]
    if not has_role(who.role, rule.role):
        raise FORBIDDEN()
    if rule.moves_money and key is None:
        raise IDEMPOTENCY_KEY_REQUIRED()
    request = _draft(deps, who, asked)
    effect.look(deps, request)
    with deps.database.transaction() as tx:
        hold_user(tx, request.user_id)
        _judge(tx, who, asked, request)  # a reset since then has thrown the caller out
        request.id = new_id("act")
        request.entries = effect.preview(tx, deps, request)
        request.cautions, request.created_at = cautions_of(tx, request), tx.now
        if not rule.second_person:
            effect.carry_out(tx, deps, request)
            request.status, request.decided_at = ActionStatus.EXECUTED, tx.now
        tx.add(request)
        tx.flush()
        if key is not None:
            key.claim(tx, request.id)
        record_act(tx, deps, who.id, "request_action", request)
    if not rule.second_person:
        effect.afterwards(deps, request)
    return request


def preview_action(deps: SupportDependencies, who: Principal, asked: AskedAction) -> ActionRequest:
    """What `request_action` would answer, refusals included; nothing is written down but the look, so it has no id."""
    rule, effect = RULES[asked.type], EFFECTS[asked.type]
    if not has_role(who.role, rule.role):
        raise FORBIDDEN()
    request = _draft(deps, who, asked)
    effect.look(deps, request)
    with deps.database.transaction() as tx:
        request.entries = effect.preview(tx, deps, request)
        request.cautions, request.created_at = cautions_of(tx, request), tx.now
        record_act(tx, deps, who.id, "preview_action", request)
    if not rule.second_person:
        request.status = ActionStatus.EXECUTED
    return request


def _draft(deps: SupportDependencies, who: Principal, asked: AskedAction) -> ActionRequest:
    request = ActionRequest(
        type=asked.type,
        status=ActionStatus.PENDING_APPROVAL,
        user_id=asked.user_id,
        payment_id=asked.payment_id,
        amount_minor=asked.amount_minor,
        reason=mask_message(asked.reason),
        call_id=asked.call_id,
        conversation_id=asked.conversation_id,
        outcome={},
        requested_by=who.id,
    )
    with deps.database.snapshot() as tx:
        get_user(tx, asked.user_id)
        _judge(tx, who, asked, request)
        if asked.payment_id is not None:
            own_instruction(tx, asked.user_id, Kind.PAYMENT, asked.payment_id)
        request.currency = wallet_of(tx, asked.user_id).currency
    return request


def _judge(tx: Transaction, who: Principal, asked: AskedAction, request: ActionRequest) -> None:
    """Write down how sure it is who asks, or that a supervisor vouches. Raises VERIFICATION_LEVEL_REQUIRED."""
    least = RULES[asked.type].level
    level = level_of(
        tx,
        asked.user_id,
        call_id=asked.call_id,
        conversation_id=asked.conversation_id,
        agent_id=who.id,
    )
    if level < least and not has_role(who.role, Role.SUPERVISOR):
        raise VERIFICATION_LEVEL_REQUIRED(required_level=least.value, level=level.value)
    request.level, request.level_waived = level, level < least
