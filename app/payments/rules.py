"""States, transitions, failure codes, limits and schedules of everything that moves money. Pure.

Numbers and codes: contract, sections 4 and 10.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.core.locale import Text
from app.edges.results import Problem

MIN_AMOUNT = 1
MAX_AMOUNT = 5_000_000
DAILY_LIMIT = 20_000_000
PASSWORD_FREE_DAILY_LIMIT = 100_000
TRANSFER_MISSES_PER_DAY = 20

# Counted from the moment at which the attempt began; after the last one a person looks.
INQUIRY_SCHEDULE = (
    timedelta(seconds=5),
    timedelta(seconds=10),
    timedelta(seconds=20),
    timedelta(seconds=40),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=24),
)
# A call is over after 2 s to connect and 8 s in total; until then "not found" proves nothing.
CALL_DEADLINE = timedelta(seconds=10)


class Kind(StrEnum):
    """What a user can instruct that needs the outside."""

    PAYMENT = "payment"
    TOP_UP = "top_up"
    WITHDRAWAL = "withdrawal"


ID_PREFIX = {Kind.PAYMENT: "pay", Kind.TOP_UP: "top", Kind.WITHDRAWAL: "wdr"}


class Source(StrEnum):
    """Where the money of an instruction comes from."""

    BALANCE = "balance"
    BANK_CARD = "bank_card"


class Status(StrEnum):
    """Where an instruction stands; TRANSITIONS says how it gets from one to another."""

    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    MANUAL_REVIEW = "manual_review"


TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.PROCESSING: frozenset({Status.SUCCEEDED, Status.FAILED, Status.MANUAL_REVIEW}),
    Status.FAILED: frozenset({Status.PROCESSING}),  # a retry
    Status.MANUAL_REVIEW: frozenset({Status.SUCCEEDED, Status.FAILED}),  # an agent's inquiry
    Status.SUCCEEDED: frozenset(),
}


def sources_of(target: Status) -> tuple[Status, ...]:
    """The states from which `target` can be reached."""
    return tuple(source for source, targets in TRANSITIONS.items() if target in targets)


class FailureReason(StrEnum):
    """The four families of failure that an app shows."""

    INSUFFICIENT_BALANCE = "insufficient_balance"
    GATEWAY_ERROR = "gateway_error"
    NETWORK_ERROR = "network_error"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure code: its family, what happened, and what the user can do (advice code and text)."""

    reason: FailureReason
    message: Text
    advice_code: str
    advice: Text

    @property
    def retryable(self) -> bool:
        """Whether the same payment may be tried again; a definite refusal of the card or account may not."""
        return self.reason is not FailureReason.DECLINED


_RETRY_LATER = Text("请稍后重试。", "Try again in a few minutes.")
_TRY_AGAIN = Text("可以直接重试。", "You can try again.")
_OTHER_CARD = Text(
    "请更换银行卡或联系发卡行。", "Use another card, or contact the bank that issued it."
)

FAILURES: dict[str, Failure] = {
    "wallet_balance": Failure(
        FailureReason.INSUFFICIENT_BALANCE,
        Text("钱包余额不足，未扣款。", "The wallet balance was too low. You weren't charged."),
        "top_up",
        Text("请充值后重试，或改用银行卡。", "Top up and try again, or pay with a bank card."),
    ),
    "card_balance": Failure(
        FailureReason.INSUFFICIENT_BALANCE,
        Text("银行卡余额不足，未扣款。", "The card's funds were too low. You weren't charged."),
        "use_other_source",
        Text("请更换银行卡或使用余额。", "Use another card or your balance."),
    ),
    "gateway_declined": Failure(
        FailureReason.GATEWAY_ERROR,
        Text(
            "支付通道拒绝了这笔付款，未扣款。",
            "The payment gateway refused it. You weren't charged.",
        ),
        "use_other_source",
        Text("请更换付款方式后重试。", "Try another way to pay."),
    ),
    "gateway_unavailable": Failure(
        FailureReason.GATEWAY_ERROR,
        Text(
            "支付通道暂时不可用，未扣款。",
            "The payment gateway was unavailable. You weren't charged.",
        ),
        "retry_later",
        _RETRY_LATER,
    ),
    "gateway_maintenance": Failure(
        FailureReason.GATEWAY_ERROR,
        Text(
            "支付通道正在维护，未扣款。",
            "The payment gateway was under maintenance. You weren't charged.",
        ),
        "retry_later",
        _RETRY_LATER,
    ),
    "gateway_bad_response": Failure(
        FailureReason.GATEWAY_ERROR,
        Text(
            "支付通道返回异常，未扣款。",
            "The payment gateway gave no valid answer. You weren't charged.",
        ),
        "retry_later",
        _RETRY_LATER,
    ),
    "dns_failure": Failure(
        FailureReason.NETWORK_ERROR,
        Text(
            "无法解析支付通道地址，请求未发出。",
            "The gateway's address was not found; nothing was sent.",
        ),
        "retry_later",
        _RETRY_LATER,
    ),
    "connection_refused": Failure(
        FailureReason.NETWORK_ERROR,
        Text(
            "无法连接支付通道，请求未发出。", "The gateway could not be reached; nothing was sent."
        ),
        "retry",
        _TRY_AGAIN,
    ),
    "connect_timeout": Failure(
        FailureReason.NETWORK_ERROR,
        Text(
            "连接支付通道超时，请求未发出。",
            "Connecting to the gateway took too long; nothing was sent.",
        ),
        "retry",
        _TRY_AGAIN,
    ),
    "read_timeout": Failure(
        FailureReason.NETWORK_ERROR,
        Text(
            "支付通道未及时应答，经查询确认未扣款。",
            "The gateway didn't answer in time; we made sure you weren't charged.",
        ),
        "retry",
        _TRY_AGAIN,
    ),
    "connection_reset": Failure(
        FailureReason.NETWORK_ERROR,
        Text(
            "与支付通道的连接中断，经查询确认未扣款。",
            "The connection broke off; we made sure you weren't charged.",
        ),
        "retry",
        _TRY_AGAIN,
    ),
    "card_frozen": Failure(
        FailureReason.DECLINED,
        Text("银行卡已被冻结，未扣款。", "The card is frozen. You weren't charged."),
        "contact_bank",
        _OTHER_CARD,
    ),
    "card_expired": Failure(
        FailureReason.DECLINED,
        Text("银行卡已过期，未扣款。", "The card has expired. You weren't charged."),
        "change_card",
        Text("请换绑新的银行卡。", "Bind your new card."),
    ),
    "risk": Failure(
        FailureReason.DECLINED,
        Text(
            "为保障资金安全，这笔付款未能完成，未扣款。",
            "To keep your money safe this payment was stopped. You weren't charged.",
        ),
        "contact_support",
        Text("请联系客服。", "Contact support."),
    ),
    "limit_exceeded": Failure(
        FailureReason.DECLINED,
        Text("超出交易限额，未扣款。", "It is over your limit. You weren't charged."),
        "wait_for_limit",
        Text("请减少金额，或次日再试。", "Pay less, or wait until tomorrow."),
    ),
}

# What an edge reports, as the code that is recorded (contract, section 4).
CODE_OF_PROBLEM: dict[Problem, str] = {
    Problem.DNS_FAILURE: "dns_failure",
    Problem.CONNECTION_REFUSED: "connection_refused",
    Problem.CONNECT_TIMEOUT: "connect_timeout",
    Problem.READ_TIMEOUT: "read_timeout",
    Problem.CONNECTION_RESET: "connection_reset",
    Problem.UNAVAILABLE: "gateway_unavailable",
    Problem.MAINTENANCE: "gateway_maintenance",
    Problem.BAD_RESPONSE: "gateway_bad_response",
    Problem.NOT_CONFIGURED: "gateway_unavailable",
    Problem.DECLINED: "gateway_declined",
    Problem.INSUFFICIENT_FUNDS: "card_balance",
    Problem.CARD_FROZEN: "card_frozen",
    Problem.CARD_EXPIRED: "card_expired",
    Problem.RISK: "risk",
    Problem.LIMIT_EXCEEDED: "limit_exceeded",
    Problem.CANCELLED: "read_timeout",
}

# What a gateway says of a card makes no sense for a payment from the balance (contract, section 4).
_OF_CARDS_ONLY = frozenset({"card_balance", "card_frozen", "card_expired"})


def failure_code(problem: Problem | None, *, concerns_card: bool) -> str:
    """The code to record for what an edge reported about a movement with or without a bank card."""
    code = CODE_OF_PROBLEM[problem] if problem else "gateway_bad_response"
    return code if concerns_card or code not in _OF_CARDS_ONLY else "gateway_declined"


def inquiry_due(began_at: datetime, inquiries_made: int) -> datetime | None:
    """When to inquire next about an attempt, or None after the last inquiry."""
    if inquiries_made >= len(INQUIRY_SCHEDULE):
        return None
    return began_at + INQUIRY_SCHEDULE[inquiries_made]


def amount_in_range(amount_minor: int) -> bool:
    """1 to 5,000,000 fen each (contract, section 10)."""
    return MIN_AMOUNT <= amount_minor <= MAX_AMOUNT


def password_needed(amount_minor: int, password_free_limit: int) -> bool:
    """Whether an amount is over what the user lets through without the transaction password."""
    return amount_minor > password_free_limit
