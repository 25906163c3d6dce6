"""A goodwill credit: money of our own, within limits per credit and per user."""

import sqlalchemy as sa

from app.auth.notices import tell_user
from app.core.database import Transaction
from app.core.events import Event
from app.core.money import amount_text
from app.ledger.adjustments import credit_goodwill, goodwill_lines
from app.ledger.queries import wallet_of
from app.notifications.rules import Template
from app.support.actions.effects.effect import Effect, Entries, entries_of
from app.support.actions.errors import GOODWILL_CREDIT_EXCEEDS_LIMIT
from app.support.actions.models import ActionRequest
from app.support.actions.rules import (
    GOODWILL_MAX,
    GOODWILL_MAX_PER_USER,
    GOODWILL_WINDOW,
    ActionStatus,
    ActionType,
)
from app.support.dependencies import SupportDependencies

DESCRIPTION = "goodwill credit"


def _preview(tx: Transaction, deps: SupportDependencies, request: ActionRequest) -> Entries:
    amount, most = request.amount_minor or 0, _most(tx, request)
    if amount > most:
        raise GOODWILL_CREDIT_EXCEEDS_LIMIT(max_amount=most)
    wallet = wallet_of(tx, request.user_id)
    return entries_of(goodwill_lines(wallet, amount), wallet.currency, DESCRIPTION)


def _carry_out(tx: Transaction, deps: SupportDependencies, request: ActionRequest) -> None:
    wallet, amount = wallet_of(tx, request.user_id), request.amount_minor or 0
    credit_goodwill(tx, wallet, amount, request.id, DESCRIPTION)
    said = amount_text(amount, wallet.currency)
    tell_user(tx, request.user_id, Template.GOODWILL_CREDITED, amount=said)
    data = {"amount": amount, "currency": wallet.currency}
    deps.events.announce(tx, Event("goodwill_credit.succeeded", request.id, request.user_id, data))


def _most(tx: Transaction, request: ActionRequest) -> int:
    """What may be credited to the user yet, at most; whoever asks holds the user's row, so two can't both have it."""
    credited = tx.scalar(
        sa.select(sa.func.coalesce(sa.func.sum(ActionRequest.amount_minor), 0)).where(
            ActionRequest.user_id == request.user_id,
            ActionRequest.type == ActionType.GOODWILL_CREDIT,
            ActionRequest.status != ActionStatus.REJECTED,
            ActionRequest.created_at > tx.now - GOODWILL_WINDOW,
            ActionRequest.id != (request.id or ""),
        )
    )
    return max(min(GOODWILL_MAX, GOODWILL_MAX_PER_USER - int(credited or 0)), 0)


GOODWILL_CREDIT = Effect(_carry_out, preview=_preview)
