"""All that a diagnosis may use, gathered before anything is concluded. Frozen data, no behaviour but lookups.

Amounts in minor units, times aware. Where a fact is None it is not known, or there is no such thing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from app.core.locale import Text
from app.support.diagnosis.money import ChargeState, LedgerState, Verdict, judge_money


@dataclass(frozen=True, slots=True)
class AttemptFact:
    """One exchange with the gateway; `sent` is False where we refused before asking it."""

    id: str
    started_at: datetime
    outcome: str
    code: str | None
    gateway_reference: str | None
    sent: bool
    app_version: str | None
    network_type: str | None


@dataclass(frozen=True, slots=True)
class LedgerFact:
    """What the books hold for the payment, and the ids that prove it."""

    state: LedgerState
    hold_id: str | None = None
    transaction_id: str | None = None
    refund_id: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChargeFact:
    """What the gateway did; `asked_at` is set where it was asked for this diagnosis."""

    state: ChargeState
    reference: str | None = None
    asked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TwinFact:
    """Another payment of the same amount to the same payee, within minutes, that went through.

    Where it is not `paid`, what became of it is not known yet.
    """

    id: str
    created_at: datetime
    paid: bool = True


@dataclass(frozen=True, slots=True)
class PaymentFact:
    """The payment that is meant; attempts first to last, at least one. `next_news_at` is the next inquiry."""

    id: str
    status: str
    source: str
    created_at: datetime
    merchant_name: Text
    attempts: Sequence[AttemptFact]
    ledger: LedgerFact
    charge: ChargeFact
    card_last4: str | None = None
    twin: TwinFact | None = None
    next_news_at: datetime | None = None
    final_news_at: datetime | None = None

    @property
    def last(self) -> AttemptFact:
        """The attempt that counts."""
        return self.attempts[-1]

    @property
    def settled(self) -> bool:
        """Whether it has its final outcome."""
        return self.status in ("succeeded", "failed")

    @property
    def verdict(self) -> Verdict:
        """Where its money is (see `money.py`); a twin whose outcome is not known makes no duplicate."""
        return judge_money(
            self.ledger.state,
            self.charge.state,
            settled=self.settled,
            has_twin=self.twin is not None and self.twin.paid,
        )

    @property
    def reference(self) -> str:
        """What a person quotes: the gateway's own number, or the payment's."""
        return self.charge.reference or self.last.gateway_reference or self.id


@dataclass(frozen=True, slots=True)
class ClientEventFact:
    """What the phone saw (`payment_request_failed`), or a call sent away for its version (`app_update_required`)."""

    id: str
    type: str
    at: datetime
    error: str
    app_version: str | None


@dataclass(frozen=True, slots=True)
class BalanceFact:
    """What the wallet could spend at that instant, replayed from its postings and holds."""

    wallet_id: str
    available_minor: int


@dataclass(frozen=True, slots=True)
class LimitFact:
    """The limit of that day: `resets_at` is the next midnight of the user's clock."""

    cap_minor: int
    used_minor: int
    resets_at: datetime


@dataclass(frozen=True, slots=True)
class OutageFact:
    """Trouble on the payment's route; `fits`: it hit the last exchange and explains such a failure.

    Otherwise it only overlaps with the time from the first attempt to the outcome, and is possible.
    """

    kind: Literal["incident", "component"]
    id: str
    since: datetime
    fits: bool


@dataclass(frozen=True, slots=True)
class LockFact:
    """A lock of the transaction password; until None: until a reset."""

    id: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class FreezeFact:
    """The account was frozen at that time: by the action request `id`, at `at`, where one is on record."""

    id: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CardFact:
    """A card that can't pay, `since` when it is as `state` says.

    It is one that an agent was told of, as it was at that time; or the payment's own, being bound again by now.
    """

    id: str
    last4: str
    state: Literal["unbound", "not_confirmed", "not_bound_yet", "being_rebound"]
    since: datetime


@dataclass(frozen=True, slots=True)
class AppFact:
    """The version that the app gave, and the oldest one that may still pay."""

    version: str
    minimum_supported: str
    too_old: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """One case. `at` is the moment in question; `searched` what was looked through where nothing is meant.

    `amount_minor` is None where nothing was found and none was remembered. Where it is not `certain` which payment is
    meant, `rivals_failed` tells whether everything else that fits has failed.
    """

    diagnosis_id: str
    user_id: str
    now: datetime
    at: datetime
    amount_minor: int | None
    currency: str
    timezone: ZoneInfo
    balance: BalanceFact
    payment: PaymentFact | None = None
    event: ClientEventFact | None = None
    limit: LimitFact | None = None
    outage: OutageFact | None = None
    freeze: FreezeFact | None = None
    lock: LockFact | None = None
    app: AppFact | None = None
    card: CardFact | None = None
    searched: tuple[datetime, datetime] | None = None
    certain: bool = True
    rivals_failed: bool = True

    @property
    def verdict(self) -> Verdict:
        """Where the money is (see `money.py`)."""
        return Verdict.NO_RECORD if self.payment is None else self.payment.verdict

    @property
    def failure_code(self) -> str | None:
        """Why the last attempt failed or got no answer."""
        return None if self.payment is None else self.payment.last.code
