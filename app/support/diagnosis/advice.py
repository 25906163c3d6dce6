"""What the user can do next: `{code, message}`, by verdict and primary cause, and whether to pay again. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.core.locale import Text
from app.payments.failures import FAILURES
from app.support.diagnosis.causes import CARD_NOT_ACTIVE, Cause
from app.support.diagnosis.facts import Facts, PaymentFact
from app.support.diagnosis.money import Verdict

CALLS_FOR_A_RETRY: Final = frozenset({"retry", "retry_later", "wait_for_recovery", "update_app"})
"""Advice that ends in paying again: never given unless that is safe."""


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to do."""

    code: str
    message: Text


_DO_NOT_PAY_AGAIN: Final = Advice("do_not_pay_again", Text("请勿再次支付。", "Don't pay again."))
_CONTACT_SUPPORT: Final = Advice("contact_support", Text("请联系客服。", "Contact support."))
_CHECK_NETWORK: Final = Advice(
    "check_network", Text("请检查手机网络。", "Check the phone's network.")
)
_RETRY: Final = Advice(
    "retry", Text("没有扣款，可以重新付款。", "Nothing was taken; you can pay again.")
)
_WAIT_FOR_RESULT: Final = Advice(
    "wait_for_result",
    Text("请等待结果，我们查清后会告知您。", "Wait for the outcome; we'll tell you once we know."),
)
_WAIT_FOR_RELEASE: Final = Advice(
    "wait_for_release",
    Text("冻结的金额退回后，可以重新付款。", "Wait until the amount on hold is back."),
)

_BY_VERDICT: Final[dict[Verdict, tuple[Advice, ...]]] = {
    Verdict.SUCCEEDED: (_DO_NOT_PAY_AGAIN,),
    Verdict.UNKNOWN: (_DO_NOT_PAY_AGAIN, _WAIT_FOR_RESULT),
    Verdict.HELD: (_DO_NOT_PAY_AGAIN, _WAIT_FOR_RELEASE),
    Verdict.DUPLICATE: (_DO_NOT_PAY_AGAIN, _CONTACT_SUPPORT),
    Verdict.MISMATCH: (_DO_NOT_PAY_AGAIN, _CONTACT_SUPPORT),
    Verdict.REFUNDED: (
        Advice(
            "check_entries",
            Text("请在账单中查看退款。", "See the refund among your wallet's entries."),
        ),
    ),
}
_BY_CAUSE: Final[dict[str, tuple[Advice, ...]]] = {
    "incident": (
        Advice(
            "wait_for_recovery",
            Text("请等支付通道恢复后再付款。", "Pay again once payments are back."),
        ),
    ),
    "account_frozen": (_CONTACT_SUPPORT,),
    "app_outdated": (
        Advice("update_app", Text("请更新应用后再试。", "Update the app and try again.")),
    ),
    "client_network": (_CHECK_NETWORK, _RETRY),
    "no_record": (
        _CHECK_NETWORK,
        _RETRY,
        Advice("tell_how_you_paid", Text("或告诉我们付款方式。", "Or tell us how you paid.")),
    ),
    "unknown": (_CONTACT_SUPPORT,),
    CARD_NOT_ACTIVE: (
        Advice(
            "use_other_source",
            Text("请使用已验证的银行卡或余额。", "Use a confirmed card or the balance."),
        ),
    ),
}
_CARD_BEING_REBOUND: Final = Advice(
    "confirm_bank_card",
    Text(
        "这张银行卡正在重新绑定：请先完成验证，或改用其他付款方式。",
        "That card is being bound again: confirm it first, or pay another way.",
    ),
)
_LOCKED: Final = Advice(
    "wait_for_unlock",
    Text(
        "请等解锁后再试，或重置交易密码。",
        "Wait for it to unlock, or reset the transaction password.",
    ),
)
_RESET: Final = Advice(
    "reset_transaction_password",
    Text("请重置交易密码。", "Reset the transaction password."),
)


_CHECK_THE_OTHER: Final = Advice(
    "check_the_other_payment",
    Text(
        "同一商户另有一笔相同金额的付款已成功或正在处理，请先核对，以免重复支付。",
        "Another payment of this amount to the same merchant went through or is on its way: look at that one"
        " first, so that you don't pay twice.",
    ),
)
_CONFIRM: Final = Advice(
    "confirm_which_payment",
    Text("请先核对是哪一笔付款。", "First make sure which payment is meant."),
)


def advise(facts: Facts, primary: Cause | None) -> Sequence[Advice]:
    """What to do, the most useful first; nothing but to ask back while it isn't certain which payment is meant."""
    if not facts.certain:
        return (_CONFIRM,)
    if _may_be_paid_already(facts):
        return (_CHECK_THE_OTHER,)
    advice = _advice(facts, primary)
    if is_retry_safe(facts):
        return advice
    return [it for it in advice if it.code not in CALLS_FOR_A_RETRY] or [_CONTACT_SUPPORT]


def _advice(facts: Facts, primary: Cause | None) -> Sequence[Advice]:
    by_verdict = _BY_VERDICT.get(facts.verdict)
    if by_verdict is not None:
        return by_verdict
    if facts.payment is not None and facts.card is not None:
        return (_CARD_BEING_REBOUND,)
    code = primary.code if primary else "unknown"
    if code == "transaction_password_locked":
        return (_LOCKED if facts.lock and facts.lock.until else _RESET,)
    if code in _BY_CAUSE:
        return _BY_CAUSE[code]
    return (Advice(FAILURES[code].advice_code, FAILURES[code].advice),)


def is_retry_safe(facts: Facts) -> bool:
    """Whether paying again can take no money twice and may succeed (support.md, "Where is the money?").

    Nothing recorded: yes. Failed without a charge: by its code. All else: no. Where something else may be meant, that
    must have failed as well, and so must another payment of the same to the same payee.
    """
    if not facts.certain and not facts.rivals_failed:
        return False
    return facts.payment is None or is_payment_retry_safe(facts.payment)


def is_payment_retry_safe(payment: PaymentFact) -> bool:
    """The same of one payment, whatever else may be meant."""
    code = payment.last.code
    if payment.verdict is not Verdict.FAILED_CLEAN or payment.twin is not None:
        return False
    return code is not None and FAILURES[code].retryable


def _may_be_paid_already(facts: Facts) -> bool:
    """Whether this payment took nothing, but another of the same amount to the same payee did or may have."""
    has_twin = facts.payment is not None and facts.payment.twin is not None
    return has_twin and facts.verdict is Verdict.FAILED_CLEAN
