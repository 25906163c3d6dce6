"""What fits a recollection, as an agent sees it: what it is, how well it fits and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from app.core.database import Transaction
from app.core.locale import Locale, Text
from app.payments.models import ClientEvent, Instruction, Merchant
from app.support.diagnosis.amounts import AmountFit
from app.support.diagnosis.matching import CandidateKind, HintKind, Listed


@dataclass(frozen=True, slots=True)
class CandidateView:
    """A candidate; one of `payment_id` and `client_event_id` is set. `score` is out of 120, amounts in minor units.

    `amount` and `at` are what fits: of a payment that is meant by its refund, the refund's.
    """

    payment_id: str | None
    client_event_id: str | None
    score: int
    reasons: list[dict[str, str]]
    amount: int | None
    currency: str | None
    status: str | None
    merchant: dict[str, str] | None
    at: datetime


_SAID: Final[Mapping[str, Text]] = {
    AmountFit.EXACT: Text("金额一致", "the same amount"),
    AmountFit.CLOSE: Text("金额相差不到 1%", "within 1 % of the amount"),
    AmountFit.HUNDREDFOLD: Text(
        "金额相差一百倍（元与分）", "a hundred times the amount, or a hundredth"
    ),
    AmountFit.TENFOLD: Text("金额相差十倍", "ten times the amount, or a tenth"),
    AmountFit.TRANSPOSED: Text("相邻两位数字颠倒", "two neighbouring digits swapped"),
    AmountFit.ONE_DIGIT: Text("一位数字不同", "one digit different"),
    HintKind.TIME: Text("相差{minutes}分钟", "{minutes} min away"),
    HintKind.MERCHANT: Text("商户一致", "the same merchant"),
    HintKind.CARD: Text("银行卡尾号一致", "a card with the same last digits"),
}


def view_candidates(
    tx: Transaction, listed: Sequence[Listed], locale: Locale
) -> list[CandidateView]:
    """The listed candidates with what an agent tells them apart by, best first."""
    rows = _payments(tx, _ids(listed, CandidateKind.PAYMENT))
    rows |= _events(tx, _ids(listed, CandidateKind.CLIENT_EVENT))
    return [_view(it, rows[it.candidate.id], locale) for it in listed]


def _ids(listed: Sequence[Listed], kind: CandidateKind) -> list[str]:
    return [it.candidate.id for it in listed if it.candidate.kind is kind]


def _payments(tx: Transaction, ids: Sequence[str]) -> dict[str, Any]:
    query = (
        sa.select(
            Instruction.id,
            Instruction.currency,
            Instruction.status,
            Merchant.id.label("merchant_id"),
            Merchant.name_zh,
            Merchant.name_en,
        )
        .join(Merchant, Merchant.id == Instruction.merchant_id)
        .where(Instruction.id.in_(ids))
    )
    return {row.id: row for row in tx.execute(query)}


def _events(tx: Transaction, ids: Sequence[str]) -> dict[str, Any]:
    query = (
        sa.select(
            ClientEvent.id,
            ClientEvent.currency,
            sa.null().label("status"),
            Merchant.id.label("merchant_id"),
            Merchant.name_zh,
            Merchant.name_en,
        )
        .outerjoin(Merchant, Merchant.id == ClientEvent.merchant_id)
        .where(ClientEvent.id.in_(ids))
    )
    return {row.id: row for row in tx.execute(query)}


def _view(it: Listed, row: Any, locale: Locale) -> CandidateView:
    candidate = it.candidate
    is_payment = candidate.kind is CandidateKind.PAYMENT
    name = Text(row.name_zh or "", row.name_en or "").said_in(locale)
    return CandidateView(
        payment_id=candidate.id if is_payment else None,
        client_event_id=None if is_payment else candidate.id,
        score=round(it.score),
        reasons=[{"code": code, "text": _reason(code, it, locale)} for code in it.reasons],
        amount=candidate.amount_minor,
        currency=row.currency,
        status=row.status,
        merchant={"id": row.merchant_id, "name": name} if row.merchant_id else None,
        at=candidate.moments[0],
    )


def _reason(code: str, it: Listed, locale: Locale) -> str:
    minutes = 0 if it.away is None else round(it.away / timedelta(minutes=1))
    return _SAID[code].fill(minutes=minutes).said_in(locale)
