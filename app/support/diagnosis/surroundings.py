"""What was true around the moment in question: balance, limit, trouble, locks, the app's version."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.auth.models import CredentialLock
from app.auth.queries import get_user
from app.auth.rules import AccountStatus, Door
from app.banking.models import BankCard
from app.banking.rules import CardStatus
from app.core.database import Transaction
from app.core.days import day_bounds
from app.ledger.queries import balance_at, held_at, wallet_of
from app.payments.models import Attempt, Instruction, Transfer
from app.payments.rules import DAILY_LIMIT, AttemptOutcome, Kind, Status
from app.status.app_versions import AppVersionInvalidError, parse_client_version
from app.status.components import Component, IncidentImpact
from app.status.measuring import faults_alike, health_at
from app.status.queries import find_release, incidents_overlapping
from app.status.rules import GATEWAY_WINDOW
from app.support.actions.models import ActionRequest
from app.support.actions.rules import ActionType
from app.support.diagnosis.causes import ROUTE_CODES
from app.support.diagnosis.facts import (
    AppFact,
    BalanceFact,
    CardFact,
    FreezeFact,
    LimitFact,
    LockFact,
    OutageFact,
    PaymentFact,
)
from app.support.diagnosis.matching import WINDOWS
from app.support.diagnosis.payment_facts import Span

_ROUTE: Final = Component.PAYMENT_GATEWAY
_OTHERS_ALIKE: Final = 3
"""So many other payments must have failed in the same way before a measured outage is called the cause."""


def balance_then(
    tx: Transaction, user_id: str, moment: datetime, payment: PaymentFact | None
) -> BalanceFact:
    """What the wallet could spend just before `payment` took its share, replayed from the ledger."""
    wallet = wallet_of(tx, user_id)
    own = {attempt.id for attempt in payment.attempts} if payment else set()
    held = held_at(tx, wallet.id, moment, except_for=own)
    total = balance_at(tx, wallet.id, moment)
    return BalanceFact(wallet.id, total - held + _already_paid(tx, moment, payment))


def _already_paid(tx: Transaction, moment: datetime, payment: PaymentFact | None) -> int:
    """What the payment itself took in that very millisecond."""
    booked = payment.ledger.at if payment and payment.ledger.transaction_id else None
    if payment is None or booked is None or booked > moment or payment.source != "balance":
        return 0
    return tx.get_one(Instruction, payment.id).amount_minor


def limit_then(tx: Transaction, user_id: str, moment: datetime, timezone: ZoneInfo) -> LimitFact:
    """The daily limit on the calendar day of `moment`, and how much of it was used by then.

    Replayed as limits are counted: what is on its way counts, what has failed does not any more.
    """
    begin, end = day_bounds(moment, timezone)
    attempted = (
        sa.select(sa.func.coalesce(sa.func.sum(Instruction.amount_minor), 0))
        .join(Attempt, Attempt.instruction_id == Instruction.id)
        .where(
            Attempt.user_id == user_id,
            Attempt.started_at >= begin,
            Attempt.started_at < moment,
            Instruction.kind.in_([Kind.PAYMENT, Kind.WITHDRAWAL]),
            sa.or_(Attempt.outcome != AttemptOutcome.FAILED, Attempt.finished_at > moment),
        )
    )
    sent = sa.select(sa.func.coalesce(sa.func.sum(Transfer.amount_minor), 0)).where(
        Transfer.sender_id == user_id,
        Transfer.created_at >= begin,
        Transfer.created_at < moment,
        Transfer.status == Status.SUCCEEDED,
    )
    used = int(tx.scalar(attempted) or 0) + int(tx.scalar(sent) or 0)
    return LimitFact(DAILY_LIMIT, used, end)


def outage_then(tx: Transaction, span: Span, code: str | None) -> OutageFact | None:
    """Trouble of the gateway: what hit the last exchange and fits its code, else what only overlaps with the span.

    A published incident counts before what was measured when the exchange began.
    """
    found = [*_incidents(tx, span, code), *_measured(tx, span.last[0], code)]
    return next((it for it in found if it.fits), found[0] if found else None)


def _incidents(tx: Transaction, span: Span, code: str | None) -> Iterator[OutageFact]:
    begun, answered = span.last
    for record in incidents_overlapping(tx, _ROUTE, *span.whole):
        it = record.incident
        if it.impact == IncidentImpact.NONE:
            continue
        over = it.resolved_at is not None and it.resolved_at < begun
        fits = code in ROUTE_CODES and it.started_at <= answered and not over
        yield OutageFact("incident", it.id, it.started_at, fits)


def _measured(tx: Transaction, moment: datetime, code: str | None) -> Iterator[OutageFact]:
    since = _measured_trouble(tx, moment)
    if since is not None and since <= moment:
        yield OutageFact("component", _ROUTE.value, since, fits=_fits(tx, moment, code))


def _measured_trouble(tx: Transaction, moment: datetime) -> datetime | None:
    """Since when the gateway's status was bad: as it stood then, or five minutes on, when all was known."""
    later = min(tx.now, moment + GATEWAY_WINDOW)
    for at in (moment, later):
        since = health_at(tx, _ROUTE, at).trouble_since
        if since is not None:
            return since
    return None


def _fits(tx: Transaction, moment: datetime, code: str | None) -> bool:
    """Whether others failed in the same way around that time, and most of those who failed."""
    if code not in ROUTE_CODES:
        return False
    around = (moment - GATEWAY_WINDOW, min(tx.now, moment + GATEWAY_WINDOW))
    faults = faults_alike(tx, _ROUTE, str(code), *around)
    return faults.alike > _OTHERS_ALIKE and faults.alike * 2 >= faults.total


def lock_then(tx: Transaction, user_id: str, moment: datetime) -> LockFact | None:
    """A lock of the transaction password at that time, give or take what people misremember."""
    lock, slack = CredentialLock, WINDOWS[0]
    overlaps = (
        lock.locked_at <= moment + slack,
        sa.or_(lock.locked_until.is_(None), lock.locked_until >= moment - slack),
        sa.or_(lock.lifted_at.is_(None), lock.lifted_at >= moment - slack),
    )
    mine = (lock.door == Door.TRANSACTION_PASSWORD, lock.subject == user_id)
    query = sa.select(lock).where(*mine, *overlaps).order_by(lock.locked_at.desc())
    found = tx.scalars(query.limit(1)).one_or_none()
    if found is None:
        return None
    ends = [end for end in (found.locked_until, found.lifted_at) if end is not None]
    return LockFact(found.id, found.locked_at, min(ends, default=None))


def card_then(tx: Transaction, user_id: str, last4: str, moment: datetime) -> CardFact | None:
    """Why none of the user's cards with these digits could pay at `moment`; None where one could, or there is none."""
    bindings = tx.scalars(
        sa.select(BankCard)
        .where(BankCard.user_id == user_id, BankCard.last4 == last4)
        .order_by(BankCard.created_at.desc(), BankCard.id.desc())
    ).all()
    if not bindings or any(_was_active(card, moment) for card in bindings):
        return None
    card = next((it for it in bindings if it.created_at <= moment), bindings[-1])
    if card.created_at > moment:
        return CardFact(card.id, last4, "not_bound_yet", card.created_at)
    if card.unbound_at is not None and card.unbound_at <= moment:
        return CardFact(card.id, last4, "unbound", card.unbound_at)
    is_rebinding = card.previous_binding_id is not None and _waits_for_confirmation(card, moment)
    state: Literal["being_rebound", "not_confirmed"] = (
        "being_rebound" if is_rebinding else "not_confirmed"
    )
    return CardFact(card.id, last4, state, card.created_at)


def card_now(tx: Transaction, payment: Instruction) -> CardFact | None:
    """The card that a payment used, where it is unbound by now and its number is being bound again."""
    if payment.bank_card_id is None:
        return None
    used = tx.get_one(BankCard, payment.bank_card_id)
    bindings = tx.scalars(
        sa.select(BankCard).where(
            BankCard.user_id == used.user_id,
            BankCard.number_fingerprint == used.number_fingerprint,
        )
    ).all()
    if any(card.status == CardStatus.ACTIVE for card in bindings):
        return None
    waiting = [card for card in bindings if _waits_for_confirmation(card, tx.now)]
    if not waiting:
        return None
    card = max(waiting, key=lambda it: (it.created_at, it.id))
    return CardFact(card.id, card.last4, "being_rebound", card.created_at)


def _waits_for_confirmation(card: BankCard, moment: datetime) -> bool:
    """Whether the micro-deposit of a binding could still be told at `moment`, as far as its row knows."""
    if card.expires_at is not None and card.expires_at <= moment:
        return False
    ended = card.status in (CardStatus.VERIFICATION_FAILED, CardStatus.UNBOUND)
    return card.created_at <= moment and not _was_active(card, moment) and not ended


def _was_active(card: BankCard, moment: datetime) -> bool:
    begun = card.activated_at is not None and card.activated_at <= moment
    return begun and (card.unbound_at is None or card.unbound_at > moment)


def app_then(tx: Transaction, client_version: str | None) -> AppFact | None:
    """The version that the app gave (`ios/2.3.0`) beside the oldest one supported; None where it gave none."""
    try:
        seen = parse_client_version(client_version or "")
    except AppVersionInvalidError:
        return None
    release = find_release(tx, seen.platform)
    if release is None:
        return None
    too_old = seen.version < release.minimum_supported
    return AppFact(str(seen), str(release.minimum_supported), too_old)


def freeze_then(tx: Transaction, user_id: str, moment: datetime) -> FreezeFact | None:
    """Whether no money could leave the account at that time, give or take what people misremember.

    What agents did is on record; an account that is frozen without such a record counts as frozen ever since.
    """
    changes = _freezes_and_unfreezes(tx, user_id)
    ends = [it.decided_at for it in changes[1:]] + [None]
    for change, until in reversed(list(zip(changes, ends, strict=False))):
        began = change.decided_at <= moment + WINDOWS[0]
        if change.type == ActionType.FREEZE and began:
            over = until is not None and until < moment - WINDOWS[0]
            return None if over else FreezeFact(change.id, change.decided_at)
    unrecorded = not changes or changes[-1].type == ActionType.UNFREEZE
    is_frozen = get_user(tx, user_id).status == AccountStatus.FROZEN
    return FreezeFact() if unrecorded and is_frozen else None


def _freezes_and_unfreezes(tx: Transaction, user_id: str) -> Sequence[Any]:
    """What was carried out, oldest first."""
    request = ActionRequest
    return tx.execute(
        sa.select(request.id, request.type, request.decided_at)
        .where(
            request.user_id == user_id,
            request.status == "executed",
            request.type.in_([ActionType.FREEZE, ActionType.UNFREEZE]),
        )
        .order_by(request.decided_at, request.id)
    ).all()
