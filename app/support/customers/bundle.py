"""The evidence of a payment as lines of text, for whoever a case is escalated to. Pure.

Ids, codes, states and times, so that nobody has to look them up again; no customer's name, number or address.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from app.core.locale import Locale, Text
from app.core.money import say_amount
from app.payments.models import Attempt
from app.support.customers.operations.read_payment_evidence import PaymentEvidence

_PAYMENT: Final = Text("付款 {id}：{amount}，状态 {status}", "Payment {id}: {amount}, {status}")
_MONEY: Final = Text(
    "资金结论 {verdict}（账本 {ledger}，通道 {gateway}）",
    "Money: {verdict} (ledger {ledger}, gateway {gateway})",
)
_TWIN: Final = Text("另一笔相同的付款 {id}", "Another payment that is the same: {id}")
_ATTEMPT: Final = Text("{at} 尝试 {id}：{what}", "{at} attempt {id}: {what}")
_HOLD: Final = Text("{at} 冻结 {id}：{amount}，{what}", "{at} hold {id}: {amount}, {what}")
_ENTRY: Final = Text("{at} 分录 {id}：{what}", "{at} entry {id}: {what}")
_INCIDENT: Final = Text("{at} 故障 {id}：{what}", "{at} incident {id}: {what}")
_EVENT: Final = Text("{at} 手机 {id}：{what}", "{at} phone {id}: {what}")
_APP: Final = Text("应用 {version}，最低要求 {minimum}", "App {version}, minimum {minimum}")
_NEXT: Final = Text("下次查询 {at}", "Next inquiry at {at}")


@dataclass(frozen=True, slots=True)
class _Spoken:
    """How moments and sums are said."""

    locale: Locale
    timezone: ZoneInfo
    currency: str

    def at(self, moment: datetime) -> str:
        return moment.astimezone(self.timezone).isoformat(sep=" ", timespec="seconds")

    def money(self, amount_minor: int) -> str:
        return say_amount(amount_minor, self.currency, self.locale)


def bundle_text(found: PaymentEvidence, locale: Locale, timezone: ZoneInfo) -> str:
    """One line each for the payment, its money, exchanges, holds, entries, and what happened around them."""
    say = _Spoken(locale, timezone, found.record.instruction.currency)
    lines = [
        *_of_money(found, say),
        *(_of_attempt(attempt, say) for attempt in found.record.attempts),
        *_of_books(found, say),
        *_around(found, say),
    ]
    return "\n".join(line.said_in(locale) for line in lines)


def _of_money(found: PaymentEvidence, say: _Spoken) -> Iterator[Text]:
    payment, fact = found.record.instruction, found.fact
    amount = say.money(payment.amount_minor)
    yield _PAYMENT.fill(id=payment.id, amount=amount, status=payment.status)
    yield _MONEY.fill(verdict=found.verdict, ledger=fact.ledger.state, gateway=fact.charge.state)
    if fact.twin is not None:
        yield _TWIN.fill(id=fact.twin.id)
    if found.next_inquiry_at is not None:
        yield _NEXT.fill(at=say.at(found.next_inquiry_at))


def _of_attempt(attempt: Attempt, say: _Spoken) -> Text:
    late = attempt.late_success_at
    told = (
        attempt.outcome,
        attempt.failure_code,
        None if attempt.http_status is None else f"HTTP {attempt.http_status}",
        None if attempt.latency_ms is None else f"{attempt.latency_ms} ms",
        attempt.gateway_reference,
        attempt.app_version,
        attempt.network_type,
        None if late is None else f"late_success {say.at(late)}",
    )
    what = ", ".join(it for it in told if it is not None)
    return _ATTEMPT.fill(at=say.at(attempt.started_at), id=attempt.id, what=what)


def _of_books(found: PaymentEvidence, say: _Spoken) -> Iterator[Text]:
    for hold in found.holds:
        amount = say.money(hold.amount_minor)
        yield _HOLD.fill(at=say.at(hold.created_at), id=hold.id, amount=amount, what=hold.status)
    for entry in found.entries:
        yield _ENTRY.fill(at=say.at(entry.created_at), id=entry.id, what=entry.movement)


def _around(found: PaymentEvidence, say: _Spoken) -> Iterator[Text]:
    for record in found.incidents:
        it = record.incident
        title = it.title_en if say.locale == "en" else it.title_zh
        yield _INCIDENT.fill(at=say.at(it.started_at), id=it.id, what=title)
    for event in found.events:
        yield _EVENT.fill(at=say.at(event.occurred_at), id=event.id, what=event.error)
    if found.app is not None:
        yield _APP.fill(version=found.app.version, minimum=found.app.minimum_supported)
