"""What proves each statement: `{type, id, at, text}` with an id that can be looked up. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from app.core.locale import Text
from app.core.money import amount_text
from app.support.diagnosis.facts import (
    AttemptFact,
    CardFact,
    ClientEventFact,
    Facts,
    LockFact,
    OutageFact,
    PaymentFact,
)
from app.support.diagnosis.money import ChargeState, LedgerState
from app.support.diagnosis.wording import compose, moment_text, some_amount_text


@dataclass(frozen=True, slots=True)
class Evidence:
    """One record that a statement rests on."""

    type: str
    id: str
    at: datetime
    text: Text


_LEDGER_TEXTS = {
    LedgerState.HELD: Text("{amount}已冻结，尚未扣款", "{amount} is on hold, not charged"),
    LedgerState.POSTED: Text("{amount}已入账", "{amount} was charged"),
    LedgerState.REVERSED: Text("{amount}已退回", "{amount} was given back"),
}
_CHARGE_TEXTS = {
    ChargeState.NONE: Text("支付通道没有这笔交易", "The gateway has no such charge"),
    ChargeState.FAILED: Text("支付通道确认没有扣款", "The gateway confirms that it took nothing"),
    ChargeState.CAPTURED: Text("支付通道已扣款", "The gateway took the money"),
    ChargeState.UNKNOWN: Text("支付通道没有答复查询", "The gateway did not answer our inquiry"),
}
_OUTCOMES = {
    "succeeded": Text("成功", "succeeded"),
    "failed": Text("失败", "failed"),
    "unknown": Text("结果未知", "unknown"),
}


CARD_STATES = {
    "unbound": Text("银行卡已解绑", "The card was unbound"),
    "not_confirmed": Text("银行卡尚未完成验证", "The card had not been confirmed"),
    "not_bound_yet": Text("银行卡当时尚未绑定", "The card was only bound later"),
    "being_rebound": Text("银行卡正在重新绑定", "The card is being bound again"),
}

_PHONE_ERRORS = {
    "timeout": Text("等待应答超时", "waiting for an answer took too long"),
    "dns": Text("无法解析服务器地址", "the server's address could not be found"),
    "offline": Text("没有网络连接", "there was no network"),
    "tls": Text("无法建立安全连接", "no secure connection could be made"),
    "reset": Text("连接中断", "the connection broke off"),
}


def of_money(facts: Facts) -> Iterator[Evidence]:
    """What says where the money is."""
    payment = facts.payment
    if payment is None:
        return
    amount = some_amount_text(facts.amount_minor, facts.currency)
    paid = Text("向{merchant}付款{amount}", "A payment of {amount} to {merchant}")
    yield Evidence(
        "payment",
        payment.id,
        payment.created_at,
        compose(paid, merchant=payment.merchant_name, amount=amount),
    )
    yield from (of_attempt(attempt) for attempt in payment.attempts)
    yield from _of_ledger(payment, amount)
    if payment.charge.asked_at is not None:
        asked = _CHARGE_TEXTS[payment.charge.state]
        yield Evidence("gateway_inquiry", payment.last.id, payment.charge.asked_at, asked)
    if payment.twin is not None:
        same = Text("另一笔相同的付款", "Another payment that is the same")
        yield Evidence("payment", payment.twin.id, payment.twin.created_at, same)
    if facts.card is not None:
        yield of_card(facts.card)


def of_attempt(attempt: AttemptFact) -> Evidence:
    """An exchange with the gateway, with its outcome and code."""
    code = f" ({attempt.code})" if attempt.code else ""
    said = Text("向支付通道发起付款：{outcome}{code}", "An attempt to pay: {outcome}{code}")
    text = compose(said, outcome=_OUTCOMES[attempt.outcome], code=code)
    return Evidence("attempt", attempt.id, attempt.started_at, text)


def of_event(event: ClientEventFact) -> Evidence:
    """What the phone saw, or that we sent it away for its version."""
    if event.type == "payment_request_failed":
        said = Text("手机记录：{error}", "The phone recorded: {error}")
        text = compose(said, error=phone_error(event))
    else:
        text = Text("应用版本过旧，请求被拒绝", "The app was too old, and the request was refused")
    return Evidence("client_event", event.id, event.at, text)


def phone_error(event: ClientEventFact) -> Text:
    """What the phone's error code means."""
    return _PHONE_ERRORS.get(event.error, Text("网络错误", "the network failed"))


def of_outage(outage: OutageFact, facts: Facts) -> Evidence:
    """Trouble of the route."""
    said = Text("{time}起支付通道异常", "Payments had problems from {time}")
    text = compose(said, time=moment_text(outage.since, facts.timezone))
    return Evidence(outage.kind, outage.id, outage.since, text)


def of_balance(facts: Facts) -> Evidence:
    """What could be spent at that instant."""
    available = amount_text(facts.balance.available_minor, facts.currency)
    text = compose(
        Text("当时可用余额{available}", "Available balance then: {available}"), available=available
    )
    return Evidence("balance", facts.balance.wallet_id, facts.at, text)


def of_lock(lock: LockFact) -> Evidence:
    """A lock of the transaction password."""
    text = Text("交易密码被锁定", "The transaction password was locked")
    return Evidence("transaction_password_lock", lock.id, lock.since, text)


def of_frozen_account(facts: Facts) -> Evidence:
    """What froze the account, or its state as of now where nothing is on record."""
    freeze = facts.freeze
    if freeze is None or freeze.id is None or freeze.at is None:
        return Evidence(
            "account", facts.user_id, facts.now, Text("账户已被冻结", "The account is frozen")
        )
    return Evidence(
        "action_request", freeze.id, freeze.at, Text("账户被冻结", "The account was frozen")
    )


def of_card(card: CardFact) -> Evidence:
    """A card that could not pay."""
    return Evidence("bank_card", card.id, card.since, CARD_STATES[card.state])


def of_search(facts: Facts) -> Evidence:
    """That we looked, and through what; the diagnosis itself is the record of it."""
    since, until = facts.searched or (facts.at, facts.at)
    said = (
        Text("{since}至{until}之间没有付款记录", "No payment is recorded from {since} to {until}")
        if facts.amount_minor is None
        else Text(
            "{since}至{until}之间没有{amount}的付款记录",
            "No payment of {amount} is recorded from {since} to {until}",
        )
    )
    text = compose(
        said,
        since=moment_text(since, facts.timezone),
        until=moment_text(until, facts.timezone),
        amount=some_amount_text(facts.amount_minor, facts.currency),
    )
    return Evidence("search", facts.diagnosis_id, facts.now, text)


def _of_ledger(payment: PaymentFact, amount: Text) -> Iterator[Evidence]:
    ledger = payment.ledger
    entry_id = ledger.refund_id or ledger.transaction_id
    at = ledger.at or payment.created_at
    if ledger.state is LedgerState.NONE:
        return
    text = compose(_LEDGER_TEXTS[ledger.state], amount=amount)
    if ledger.state is LedgerState.HELD and ledger.hold_id is not None:
        yield Evidence("hold", ledger.hold_id, at, text)
    elif entry_id is not None:
        yield Evidence("ledger_entry", entry_id, at, text)
