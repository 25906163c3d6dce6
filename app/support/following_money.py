"""What the desk does with news of money that did not end as usual: it calls people, and tells the customer."""

from typing import Final

import sqlalchemy as sa

from app.auth.notices import tell_quietly
from app.core.database import Transaction
from app.core.events import Event, Listener
from app.core.locale import Text
from app.core.money import amount_text
from app.notifications.rules import Template
from app.payments.models import Instruction, Merchant, Refund
from app.payments.rules import Kind, RefundCause, Source
from app.support.actions.models import ActionRequest
from app.support.alarms import Alarm, call_people
from app.support.dependencies import SupportDependencies
from app.support.mismatches import FoundBy, raise_mismatch

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


def follow_money(deps: SupportDependencies) -> Listener:
    """A listener of core.events, in the transaction in which something happens to a movement or a refund."""
    followed = {
        "refund.succeeded": _tell_of_refund,
        "refund.manual_review": _call_for_help_with_refund,
        **{f"{kind}.manual_review": _call_for_review for kind in Kind},
        f"{Kind.WITHDRAWAL}.late_success": _call_for_help_with_payout,
    }

    def hear(tx: Transaction, event: Event) -> None:
        if event.type in followed:
            followed[event.type](tx, deps, event)

    return hear


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
