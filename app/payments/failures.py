"""Why money did not move: the codes of contract, section 4, what a user is told, and what an edge reports. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from app.core.locale import Text
from app.edges.results import Problem


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
