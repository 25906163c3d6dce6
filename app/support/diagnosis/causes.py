"""Why a payment did not do what its user expected: an ordered table of rules over the facts. Pure.

Every rule that is true is listed, the first is the primary cause (support.md, "Why"). A rule either cites evidence or
says nothing. What a text says of money belongs to `messages.py`: a cause never claims that nothing was charged.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from app.core.locale import Text
from app.support.diagnosis import evidence
from app.support.diagnosis.evidence import Evidence
from app.support.diagnosis.facts import Facts
from app.support.diagnosis.failure_texts import failure_text
from app.support.diagnosis.money import Verdict
from app.support.diagnosis.wording import compose, moment_text


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
_OUTAGE_MAY_EXPLAIN: Final = ROUTE_CODES | {"gateway_declined"}
CLOCK_SKEW: Final = timedelta(minutes=5)
"""A phone's report that is further from the payment it names has a wrong time."""


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
    """Overlaps in time, and nothing more; never the first cause, since something certain always stands before it."""
    outage = facts.outage
    if outage is None or outage.fits or not _may_be_of_the_route(facts):
        return None
    said = Text(
        "{time}起支付通道异常，可能与此有关。",
        "The payment gateway has had problems since {time}, which may have to do with it.",
    )
    return _outage_cause(facts, said)


def _may_be_of_the_route(facts: Facts) -> bool:
    """Whether trouble of the gateway could have to do with it: not with funds, limits, cards or an old app."""
    if facts.event is not None:
        return facts.event.type == "payment_request_failed"
    return facts.payment is None or facts.failure_code in _OUTAGE_MAY_EXPLAIN


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
    return Cause(code, failure_text(code, facts), records)


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
