"""What the desk does when something happens to an account, in the transaction in which it happens."""

from typing import Final

import sqlalchemy as sa

from app.audit.rules import SYSTEM
from app.auth.models import UserSession
from app.auth.notices import tell_quietly
from app.core.database import Transaction
from app.core.events import Event, Listener
from app.core.locale import Text
from app.core.money import amount_text
from app.notifications.rules import Template
from app.payments.models import Instruction, Merchant, Refund
from app.payments.rules import Kind, RefundCause, Source
from app.support.actions.models import ActionRequest
from app.support.actions.recording import record_act
from app.support.actions.rules import ActionStatus
from app.support.alarms import Alarm, call_people
from app.support.calls.models import SupportCall
from app.support.dependencies import SupportDependencies
from app.support.levels import HARMLESS_ENDS, Level
from app.support.mismatches import FoundBy, raise_mismatch

RESET = "password.reset"
_REVIEW: Final = Alarm(
    "review",
    Text(
        "24 小时后仍不知道这笔{amount}的结果，款项保持原状。请向支付通道或银行查询，查到的结果会自动入账。",
        "After 24 hours nobody knows how this movement of {amount} ended; the money stays where it is. Ask the gateway"
        " or the bank about it: what it says is booked by itself.",
    ),
)
_REFUND_REVIEW: Final = Alarm(
    "refund_review",
    Text(
        "24 小时后仍不知道这笔{amount}交易的退款是否成功。请向支付通道查询：会以同一编号再次发送退款。",
        "After 24 hours nobody knows whether a refund of this movement of {amount} went through. Ask the gateway about"
        " the movement: that sends the refund again, by the same reference.",
    ),
)
_PAID_OUT: Final = Alarm(
    "late_payout",
    Text(
        "银行在确认取消后仍付出了{amount}，而金额已退回钱包。请财务联系银行或客户。",
        "The bank paid out {amount} after it had confirmed the cancel, and the wallet has the money back. Finance must"
        " talk to the bank or the customer.",
    ),
)


def listener(deps: SupportDependencies) -> Listener:
    """Hears of the events that end what was going on at the desk, or finish it."""
    heard = {
        "user.sessions_ended": _doubt_calls,
        RESET: _end_what_waits,
        "refund.succeeded": _tell_of_refund,
        "refund.manual_review": _call_for_help_with_refund,
        **{f"{kind}.manual_review": _call_for_review for kind in Kind},
        f"{Kind.WITHDRAWAL}.late_success": _call_for_help_with_payout,
    }

    def hear(tx: Transaction, event: Event) -> None:
        if event.type in heard and event.user_id is not None:
            heard[event.type](tx, deps, event)

    return hear


def _doubt_calls(tx: Transaction, _deps: SupportDependencies, event: Event) -> None:
    """A code that was shown by an app that somebody threw out was perhaps read out by who was thrown out."""
    if event.data["reason"] in HARMLESS_ENDS:
        return
    thrown_out = sa.select(UserSession.id).where(
        UserSession.user_id == event.user_id, UserSession.end_reason == event.data["reason"]
    )
    _lower_calls(tx, SupportCall.session_id.in_(thrown_out))


def _lower_calls(tx: Transaction, which: sa.ColumnElement[bool]) -> None:
    """These calls are somebody's again, who claims to be the customer."""
    lowering = sa.update(SupportCall).where(which, SupportCall.verified_at.is_not(None))
    tx.change(lowering.values(level=Level.UNKNOWN, verified_at=None, session_id=None))


def _end_what_waits(tx: Transaction, deps: SupportDependencies, event: Event) -> None:
    """A reset throws out whoever was in: nothing that they asked for waits any longer, and no call is theirs."""
    now = tx.now
    _lower_calls(tx, SupportCall.user_id == event.user_id)
    waiting = sa.select(ActionRequest).where(
        ActionRequest.user_id == event.user_id,
        ActionRequest.status == ActionStatus.PENDING_APPROVAL,
    )
    held = waiting.order_by(ActionRequest.id).with_for_update()
    for request in tx.scalars(held.execution_options(populate_existing=True)).all():
        request.status, request.decided_at = ActionStatus.REJECTED, now
        request.decision_reason = event.type
        tx.flush()
        record_act(tx, deps, SYSTEM, "reject_action_request", request)


def _call_for_help_with_refund(tx: Transaction, deps: SupportDependencies, event: Event) -> None:
    """Nothing sends it any more by itself. Of what was taken too late it is the mismatch that finance has to see."""
    refund = tx.get_one(Refund, event.subject_id)
    if refund.cause == RefundCause.LATE_SUCCESS:
        raise_mismatch(tx, deps, refund.instruction_id, FoundBy.REFUND)
    else:
        call_people(tx, deps, refund.instruction_id, _REFUND_REVIEW, about=refund.id)


def _call_for_review(tx: Transaction, deps: SupportDependencies, event: Event) -> None:
    """Nothing asks any more by itself, so people have to."""
    call_people(tx, deps, event.subject_id, _REVIEW)


def _call_for_help_with_payout(tx: Transaction, deps: SupportDependencies, event: Event) -> None:
    """What the bank paid out after all can't be asked back from it."""
    call_people(tx, deps, event.subject_id, _PAID_OUT)


def _tell_of_refund(tx: Transaction, _deps: SupportDependencies, event: Event) -> None:
    """The user hears of a refund that support had made, once the money is back; and of what was taken from the card
    although we had said that nothing was.
    """
    refund = tx.get_one(Refund, event.subject_id)
    payment = tx.get_one(Instruction, refund.instruction_id)
    if refund.cause == RefundCause.LATE_SUCCESS:
        if payment.source == Source.BANK_CARD:
            amount = amount_text(refund.amount_minor, refund.currency)
            tell_quietly(tx, payment.user_id, Template.LATE_CHARGE_RETURNED, amount=amount)
        return
    asked = sa.select(ActionRequest.id).where(ActionRequest.refund_id == event.subject_id)
    if tx.scalar(asked) is None:
        return
    merchant = tx.get_one(Merchant, payment.merchant_id)
    tell_quietly(
        tx,
        payment.user_id,
        Template.REFUND_SUCCEEDED,
        merchant=Text(merchant.name_zh, merchant.name_en),
        amount=amount_text(refund.amount_minor, refund.currency),
    )
