"""What the user is told, by verdict and primary cause (support.md, "Messages"). Pure tables; nobody is blamed.

"Try again" is never said while the money is unknown or taken.
"""

from datetime import datetime
from typing import Final

from app.core.locale import Text
from app.core.money import amount_text
from app.support.diagnosis.advice import advise
from app.support.diagnosis.causes import CARD_NOT_ACTIVE, Cause
from app.support.diagnosis.facts import Facts
from app.support.diagnosis.failure_texts import own_limit_of
from app.support.diagnosis.money import ChargeState, Verdict
from app.support.diagnosis.wording import compose, moment_text, some_amount_text

_CONTACT_US: Final = Text("请联系客服。", "Please contact support.")

_BY_VERDICT: Final = {
    Verdict.SUCCEEDED: Text(
        "这笔{amount}的付款已成功，请勿再次支付。凭证：{ref}",
        "Your {amount} payment went through. Please don't pay again. Receipt: {ref}",
    ),
    Verdict.UNKNOWN: Text(
        "银行尚未返回结果，请勿重复支付。我们会在{time}前告知您。",
        "Your bank hasn't confirmed yet. Please don't pay again; we'll tell you by {time}.",
    ),
    Verdict.HELD: Text(
        "付款未成功，{amount}暂被冻结，预计{time}前退回。",
        "The payment failed and {amount} is on hold; we expect to release it by {time}.",
    ),
    Verdict.DUPLICATE: Text(
        "向同一商户的{amount}付款成功了两笔，请勿再次支付。如果只想付一笔，请联系客服。凭证：{ref}",
        "The same payment of {amount} went through twice. Please don't pay again. If you meant to pay once,"
        " contact support. Receipt: {ref}",
    ),
    Verdict.REFUNDED: Text(
        "这笔{amount}的付款已于{time}退回。凭证：{ref}",
        "Your {amount} payment was refunded on {time}. Receipt: {ref}",
    ),
    Verdict.MISMATCH: Text(
        "这笔{amount}的付款需要人工核对，请勿再次支付，并请联系客服。凭证：{ref}",
        "Your {amount} payment has to be checked by a person. Please don't pay again, and contact support."
        " Receipt: {ref}",
    ),
    Verdict.FAILED_CLEAN: Text(
        "付款未成功，未扣款。{cause}{action}",
        "The payment failed. You weren't charged. {cause} {action}",
    ),
    Verdict.NO_RECORD: Text(
        "我们没有收到这笔付款请求。请检查网络后重试，或告诉我们付款方式。",
        "We have no record of this request. Check your network and try again, or tell us how you paid.",
    ),
}
_TAKEN_NOT_BOOKED: Final = Text(
    "支付通道已收到这笔{amount}，正在入账，请勿重复支付。我们会在{time}前告知您。",
    "The gateway has taken your {amount} and we are booking it. Please don't pay again; we'll tell you by {time}.",
)
_DO_YOU_MEAN: Final = Text(
    "您说的是{at}向{merchant}支付的{amount}吗？请确认后我们再答复您。",
    "Do you mean the {amount} payment to {merchant} at {at}? Once you confirm, we can tell you more.",
)
_DO_YOU_MEAN_SIGHT: Final = Text(
    "您说的是{at}手机未能发出的{amount}付款吗？请确认后我们再答复您。",
    "Do you mean the payment of {amount} your phone couldn't send at {at}? Once you confirm, we can tell you more.",
)
_REASON: Final = Text(
    "当时{reason}，付款未成功，未扣款。{action}",
    "The payment failed: {reason} at that time. You weren't charged. {action}",
)
_REASONS: Final = {
    "wallet_balance": Text(
        "可用余额{available}不足", "your available balance of {available} was too low"
    ),
    "card_balance": Text("银行卡余额不足", "the card's funds were too low"),
    "limit_exceeded": Text("已超出银行的交易限额", "it was over a limit of the bank"),
}
_OWN_LIMIT: Final = Text(
    "已用{used}，超出{cap}的每日限额（{reset}恢复）",
    "it was over your daily limit of {cap} ({used} used, it resets at {reset})",
)
_BY_CAUSE: Final = {
    (Verdict.FAILED_CLEAN, "incident"): Text(
        "{time}起支付通道异常，您的付款未扣款。恢复后会通知您。",
        "Payments have had problems since {time}. You weren't charged; we'll tell you when they're back.",
    ),
    (Verdict.NO_RECORD, "app_outdated"): Text(
        "您的版本{version}过旧，请更新后再试。本次未扣款。",
        "Version {version} is out of date. Please update and try again. You weren't charged.",
    ),
    (Verdict.NO_RECORD, "account_frozen"): Text(
        "{cause}付款未进行，未扣款。请联系客服。",
        "{cause} The payment was not made and you weren't charged. Please contact support.",
    ),
    (Verdict.NO_RECORD, CARD_NOT_ACTIVE): Text(
        "{cause}付款未进行，未扣款。{action}",
        "{cause} The payment was not made and you weren't charged. {action}",
    ),
    (Verdict.NO_RECORD, "transaction_password_locked"): Text(
        "{cause}付款未进行，未扣款。{action}",
        "{cause} The payment was not made and you weren't charged. {action}",
    ),
} | {(Verdict.FAILED_CLEAN, code): _REASON for code in _REASONS}


def message_of(facts: Facts, primary: Cause | None) -> Text:
    """The one paragraph that answers the user."""
    template = _template(facts, primary)
    code = primary.code if primary else ""
    actions = advise(facts, primary)
    return compose(
        template,
        amount=some_amount_text(facts.amount_minor, facts.currency),
        merchant=facts.payment.merchant_name if facts.payment else "",
        at=moment_text(facts.at, facts.timezone),
        ref=facts.payment.reference if facts.payment else "",
        time=moment_text(_time(facts, primary), facts.timezone),
        reason=_reason(facts, code),
        cause=primary.text if primary else "",
        action=actions[0].message if actions else _CONTACT_US,
        version=(facts.event.app_version if facts.event else None) or "",
    )


def _reason(facts: Facts, code: str) -> Text | str:
    """Why, within the sentence, with the numbers of that moment: what was available, used, and when it resets."""
    limit = own_limit_of(facts)
    if code not in _REASONS:
        return ""
    if limit is None:
        available = amount_text(facts.balance.available_minor, facts.currency)
        return compose(_REASONS[code], available=available)
    return compose(
        _OWN_LIMIT,
        used=amount_text(limit.used_minor, facts.currency),
        cap=amount_text(limit.cap_minor, facts.currency),
        reset=moment_text(limit.resets_at, facts.timezone),
    )


def promises_news(facts: Facts, primary: Cause | None) -> bool:
    """Whether the message says that we tell when an outage is over."""
    return _template(facts, primary) is _BY_CAUSE[(Verdict.FAILED_CLEAN, "incident")]


def _template(facts: Facts, primary: Cause | None) -> Text:
    verdict, payment = facts.verdict, facts.payment
    if not facts.certain:
        return _DO_YOU_MEAN_SIGHT if payment is None else _DO_YOU_MEAN
    if verdict is Verdict.UNKNOWN and payment and payment.charge.state is ChargeState.CAPTURED:
        return _TAKEN_NOT_BOOKED
    by_cause = _BY_CAUSE.get((verdict, primary.code)) if primary else None
    return by_cause or _BY_VERDICT[verdict]


def _time(facts: Facts, primary: Cause | None) -> datetime:
    """The one time that a message names: of the refund, of the next news, or since when there is trouble."""
    payment = facts.payment
    if facts.verdict is Verdict.FAILED_CLEAN and primary and primary.code == "incident":
        return primary.evidence[0].at
    if payment is None:
        return facts.at
    if facts.verdict is Verdict.REFUNDED:
        return payment.ledger.at or facts.now
    is_open = facts.verdict is Verdict.UNKNOWN
    waits = is_open and payment.charge.state is not ChargeState.CAPTURED
    return (payment.final_news_at if waits else payment.next_news_at) or facts.now
