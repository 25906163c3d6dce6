"""Why a payment did not do what its user expected: an ordered table of rules over the facts. Pure.

Every rule that is true is listed, the first is the primary cause (support.md, "Why"). A rule either cites evidence or
says nothing. What a text says of money belongs to `messages.py`: a cause never claims that nothing was charged.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from app.core.locale import Text
from app.core.money import amount_text
from app.support.diagnosis import evidence
from app.support.diagnosis.evidence import Evidence
from app.support.diagnosis.facts import Facts
from app.support.diagnosis.money import Verdict
from app.support.diagnosis.wording import compose, moment_text, some_amount_text


@dataclass(frozen=True, slots=True)
class Cause:
    """A statement with its evidence, at least one piece."""

    code: str
    text: Text
    evidence: tuple[Evidence, ...]


Rule = Callable[[Facts], Cause | None]

UNKNOWN: Final = "unknown"
CARD_NOT_ACTIVE: Final = "bank_card_not_active"
"""Named for agents who were told of a card; users' calls name none (contract, section 7)."""
ROUTE_CODES: Final = frozenset(
    {
        "gateway_unavailable",
        "gateway_maintenance",
        "gateway_bad_response",
        "dns_failure",
        "connection_refused",
        "connect_timeout",
        "read_timeout",
        "connection_reset",
    }
)
"""Failures that an outage of the gateway explains."""

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
CLOCK_SKEW: Final = timedelta(minutes=5)
"""A phone's report that is further from the payment it names has a wrong time."""
_SOME_CARD: Final = Text("银行卡", "The bank card")


def causes_of(facts: Facts) -> Sequence[Cause]:
    """Every cause that the facts prove, the primary one first; none where all went well."""
    found = [cause for rule in RULES if (cause := rule(facts)) is not None]
    return found or list(_unexplained(facts))


def _outage(facts: Facts) -> Cause | None:
    """Overlaps in time, covers the route, fits the error class; without the last it is only possible."""
    outage = facts.outage
    if outage is None or not outage.fits or facts.failure_code not in ROUTE_CODES:
        return None
    said = Text(
        "{time}起支付通道异常，影响了这笔付款。",
        "The payment gateway has had problems since {time}, which hit this payment.",
    )
    return _outage_cause(facts, said)


def _possible_outage(facts: Facts) -> Cause | None:
    outage = facts.outage
    if outage is None or outage.fits or facts.failure_code not in ROUTE_CODES:
        return None
    said = Text(
        "{time}起支付通道异常，可能与此有关。",
        "The payment gateway has had problems since {time}, which may have to do with it.",
    )
    return _outage_cause(facts, said)


def _outage_cause(facts: Facts, said: Text) -> Cause | None:
    outage = facts.outage
    if outage is None:
        return None
    text = compose(said, time=moment_text(outage.since, facts.timezone))
    return Cause("incident", text, (evidence.of_outage(outage, facts),))


def _account_frozen(facts: Facts) -> Cause | None:
    """A frozen account refuses before anything is recorded, so it explains no recorded payment."""
    if facts.freeze is None or _was_recorded_or_never_arrived(facts):
        return None
    if facts.freeze.at is None:
        text = Text("您的账户已被冻结，不能付款。", "Your account is frozen, so it can't pay.")
    else:
        said = Text(
            "您的账户自{since}起被冻结，不能付款。",
            "Your account was frozen from {since}, so it couldn't pay.",
        )
        text = compose(said, since=moment_text(facts.freeze.at, facts.timezone))
    return Cause("account_frozen", text, (evidence.of_frozen_account(facts),))


def _transaction_password_locked(facts: Facts) -> Cause | None:
    lock = facts.lock
    if lock is None or _was_recorded_or_never_arrived(facts):
        return None
    since = moment_text(lock.since, facts.timezone)
    if lock.until is None:
        said = Text(
            "交易密码自{since}起被锁定，需要重置。",
            "The transaction password has been locked since {since} and needs a reset.",
        )
        text = compose(said, since=since)
    else:
        said = Text(
            "交易密码自{since}起被锁定，至{until}解锁。",
            "The transaction password was locked from {since} to {until}.",
        )
        text = compose(said, since=since, until=moment_text(lock.until, facts.timezone))
    return Cause("transaction_password_locked", text, (evidence.of_lock(lock),))


def _card_not_active(facts: Facts) -> Cause | None:
    """A card that could not pay refuses before anything is recorded. Only where one was named: which, nobody knows."""
    card = facts.card
    if card is None or _was_recorded_or_never_arrived(facts):
        return None
    said = Text(
        "尾号{last4}的银行卡当时不能付款：{state}（{since}）。",
        "The card ending in {last4} could not pay then: {state} ({since}).",
    )
    state, since = evidence.CARD_STATES[card.state], moment_text(card.since, facts.timezone)
    text = compose(said, last4=card.last4, state=state, since=since)
    return Cause(CARD_NOT_ACTIVE, text, (evidence.of_card(card),))


def _app_outdated(facts: Facts) -> Cause | None:
    event = facts.event
    if event is None or event.type != "app_update_required":
        return None
    said = Text(
        "应用版本{version}过旧，付款请求未被受理。",
        "Version {version} of the app is out of date, so the request was not taken.",
    )
    text = said.fill(version=event.app_version or "?")
    return Cause("app_outdated", text, (evidence.of_event(event),))


def _failure(facts: Facts) -> Cause | None:
    """What the last attempt recorded; of a payment that went through in the end there is nothing to explain."""
    payment, code = facts.payment, facts.failure_code
    if payment is None or code is None:
        return None
    records: tuple[Evidence, ...] = (evidence.of_attempt(payment.last),)
    if code == "wallet_balance":
        records = (*records, evidence.of_balance(facts))
    return Cause(code, _failure_text(code, facts), records)


def _failure_text(code: str, facts: Facts) -> Text:
    payment = facts.payment
    if code == "limit_exceeded" and facts.limit is not None and payment and not payment.last.sent:
        limit = facts.limit
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


def _card(last4: str | None) -> Text:
    if last4 is None:
        return _SOME_CARD
    return Text(f"尾号{last4}的银行卡", f"The card ending in {last4}")


def _client_network(facts: Facts) -> Cause | None:
    event = facts.event
    if event is None or event.type != "payment_request_failed":
        return None
    error = evidence.phone_error(event)
    text = compose(
        Text("手机当时的网络有问题：{error}。", "The phone's network had a problem: {error}."),
        error=error,
    )
    return Cause("client_network", _with_clock(text, facts), (evidence.of_event(event),))


def _with_clock(text: Text, facts: Facts) -> Text:
    """The same sentence, and by how much the phone's clock is off where its payment shows that it is."""
    event, payment = facts.event, facts.payment
    if event is None or payment is None:
        return text
    skew = min((abs(event.at - it.started_at) for it in payment.attempts), default=CLOCK_SKEW)
    if skew <= CLOCK_SKEW:
        return text
    minutes = str(round(skew / timedelta(minutes=1)))
    return compose(
        Text(
            "{text}手机时间相差约{minutes}分钟。",
            "{text} The phone's clock is off by {minutes} min.",
        ),
        text=text,
        minutes=minutes,
    )


def _no_record(facts: Facts) -> Cause | None:
    if facts.payment is not None:
        return None
    text = Text("我们没有这笔付款的记录。", "We have no record of this payment.")
    return Cause("no_record", text, (evidence.of_search(facts),))


def _not_answered(facts: Facts) -> Cause | None:
    """An attempt that is on its way, or was killed, has no code of its own yet."""
    payment = facts.payment
    if payment is None or payment.settled or payment.last.code is not None:
        return None
    text = Text("支付通道尚未应答。", "The payment gateway has not answered yet.")
    return Cause("read_timeout", text, (evidence.of_attempt(payment.last),))


def _unexplained(facts: Facts) -> Sequence[Cause]:
    """No evidence for anything: say so, where there is something to explain."""
    if facts.payment is None or facts.verdict is not Verdict.FAILED_CLEAN:
        return ()
    text = Text("原因尚不明确。", "The reason is not known.")
    return (Cause(UNKNOWN, text, (evidence.of_attempt(facts.payment.last),)),)


def _was_recorded_or_never_arrived(facts: Facts) -> bool:
    event = facts.event
    never_arrived = event is not None and event.type == "payment_request_failed"
    return facts.payment is not None or never_arrived


RULES: Final[tuple[Rule, ...]] = (
    _outage,
    _account_frozen,
    _transaction_password_locked,
    _card_not_active,
    _app_outdated,
    _failure,
    _not_answered,
    _client_network,
    _no_record,
    _possible_outage,
)
