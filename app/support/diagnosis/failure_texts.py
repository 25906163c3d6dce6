"""What each failure code of a payment means, with the numbers of that moment. Pure.

What a text says of money belongs to `messages.py`: none of them claims that nothing was charged.
"""

from typing import Final

from app.core.locale import Text
from app.core.money import amount_text
from app.support.diagnosis.facts import Facts, LimitFact
from app.support.diagnosis.wording import compose, moment_text, some_amount_text

FAILURE_TEXTS: Final = {
    "wallet_balance": Text(
        "当时可用余额为{available}，不足以支付{amount}。",
        "Your available balance at that time was {available}, not enough for {amount}.",
    ),
    "card_balance": Text("{card}当时余额不足。", "{card} did not have enough funds at that time."),
    "limit_exceeded": Text("这笔付款超出了交易限额。", "The payment was over a limit."),
    "card_frozen": Text("{card}已被发卡行冻结。", "{card} is frozen by the bank that issued it."),
    "card_expired": Text("{card}已过期。", "{card} has expired."),
    "risk": Text(
        "为保障资金安全，这笔付款未能完成。",
        "To keep your money safe, this payment was not completed.",
    ),
    "gateway_declined": Text("支付通道拒绝了这笔付款。", "The payment gateway declined it."),
    "gateway_unavailable": Text(
        "支付通道当时不可用。", "The payment gateway was unavailable at that time."
    ),
    "gateway_maintenance": Text(
        "支付通道当时正在维护。", "The payment gateway was under maintenance at that time."
    ),
    "gateway_bad_response": Text(
        "支付通道返回了无法识别的应答。", "The payment gateway gave no valid answer."
    ),
    "dns_failure": Text(
        "当时无法解析支付通道的地址。", "The payment gateway's address could not be found."
    ),
    "connection_refused": Text(
        "当时无法连接支付通道。", "The payment gateway refused the connection."
    ),
    "connect_timeout": Text(
        "当时连接支付通道超时。", "Connecting to the payment gateway took too long."
    ),
    "read_timeout": Text("支付通道没有及时应答。", "The payment gateway did not answer in time."),
    "connection_reset": Text(
        "与支付通道的连接中断。", "The connection to the payment gateway broke off."
    ),
}
_OWN_LIMIT: Final = Text(
    "每日限额为{cap}，当日已用{used}，{time}恢复。",
    "The daily limit is {cap}; {used} of it was used that day, and it resets at {time}.",
)
_SOME_CARD: Final = Text("银行卡", "The bank card")


def failure_text(code: str, facts: Facts) -> Text:
    """The sentence for a code of the payment's last attempt."""
    payment, limit = facts.payment, own_limit_of(facts)
    if limit is not None:
        return compose(
            _OWN_LIMIT,
            cap=amount_text(limit.cap_minor, facts.currency),
            used=amount_text(limit.used_minor, facts.currency),
            time=moment_text(limit.resets_at, facts.timezone),
        )
    return compose(
        FAILURE_TEXTS[code],
        available=amount_text(facts.balance.available_minor, facts.currency),
        amount=some_amount_text(facts.amount_minor, facts.currency),
        card=_card(payment.card_last4 if payment else None),
    )


def own_limit_of(facts: Facts) -> LimitFact | None:
    """The limit of ours that stopped the payment: it was never sent, so no bank's limit did."""
    payment = facts.payment
    if payment is None or payment.last.sent or payment.last.code != "limit_exceeded":
        return None
    return facts.limit


def _card(last4: str | None) -> Text:
    if last4 is None:
        return _SOME_CARD
    return Text(f"尾号{last4}的银行卡", f"The card ending in {last4}")
