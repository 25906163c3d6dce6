"""Facts of a case, as data: a payment that failed clean for a balance too low, unless a test says otherwise."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.core.locale import Text
from app.support.diagnosis.facts import (
    AttemptFact,
    BalanceFact,
    ChargeFact,
    ClientEventFact,
    Facts,
    FreezeFact,
    LedgerFact,
    LimitFact,
    LockFact,
    OutageFact,
    PaymentFact,
)
from app.support.diagnosis.money import ChargeState, LedgerState

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)  # 12:00 in Shanghai
NOTHING = LedgerFact(LedgerState.NONE)
HELD = LedgerFact(LedgerState.HELD, hold_id="hld_1", at=NOON)
POSTED = LedgerFact(LedgerState.POSTED, transaction_id="ltx_1", at=NOON)
REVERSED = LedgerFact(
    LedgerState.REVERSED, transaction_id="ltx_1", refund_id="ltx_2", at=NOON + timedelta(hours=1)
)


def attempt_fact(code: str | None = None, **changes: Any) -> AttemptFact:
    attempt = AttemptFact(
        id="att_1",
        started_at=NOON,
        outcome="failed" if code else "succeeded",
        code=code,
        gateway_reference=None,
        sent=code not in ("wallet_balance", "limit_exceeded"),
        app_version=None,
        network_type=None,
    )
    return replace(attempt, **changes)


def payment_fact(code: str | None = "wallet_balance", **changes: Any) -> PaymentFact:
    payment = PaymentFact(
        id="pay_1",
        status="failed" if code else "succeeded",
        source="balance",
        created_at=NOON,
        merchant_name=Text("星辰咖啡", "Star Coffee"),
        attempts=[attempt_fact(code)],
        ledger=NOTHING if code else POSTED,
        charge=ChargeFact(ChargeState.NONE if code else ChargeState.CAPTURED),
        next_news_at=NOON + timedelta(minutes=1),
        final_news_at=NOON + timedelta(hours=24),
    )
    return replace(payment, **changes)


def open_payment(
    code: str | None, ledger: LedgerFact, charge: ChargeState, **changes: Any
) -> PaymentFact:
    """A payment whose outcome is not known, after the gateway was asked."""
    return payment_fact(
        code,
        status="processing",
        attempts=[attempt_fact(code, outcome="unknown")],
        ledger=ledger,
        charge=ChargeFact(charge, None, NOON + timedelta(seconds=2)),
        **changes,
    )


def facts(payment: PaymentFact | None = None, **changes: Any) -> Facts:
    """A case; without a payment, nothing of ¥128.00 is recorded."""
    case = Facts(
        diagnosis_id="dia_1",
        user_id="usr_1",
        now=NOON + timedelta(seconds=30),
        at=NOON,
        amount_minor=12_800,
        currency="CNY",
        timezone=ZoneInfo("Asia/Shanghai"),
        balance=BalanceFact("wal_1", 300),
        payment=payment,
        limit=LimitFact(20_000_000, 19_990_000, NOON + timedelta(hours=12)),
        searched=None if payment else (NOON - timedelta(days=1), NOON + timedelta(days=1)),
    )
    return replace(case, **changes)


def event_fact(error: str = "timeout", **changes: Any) -> ClientEventFact:
    event = ClientEventFact("cev_1", "payment_request_failed", NOON, error, None)
    return replace(event, **changes)


OLD_APP = event_fact("app_update_required", type="app_update_required", app_version="ios/1.4.0")
OUTAGE = OutageFact("component", "payment_gateway", NOON - timedelta(minutes=3), fits=True)
POSSIBLE_OUTAGE = replace(OUTAGE, fits=False)
FROZEN = FreezeFact()
LOCK = LockFact("lck_1", NOON - timedelta(minutes=5), NOON + timedelta(minutes=25))
LOCK_FOR_GOOD = replace(LOCK, until=None)
