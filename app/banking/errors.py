"""What is refused about bank cards (contract, section 5)."""

from app.core.errors import define_error

CARD_NUMBER_INVALID = define_error(
    "card_number_invalid",
    422,
    zh=("银行卡号不正确", "请核对卡号；本服务暂不支持的发卡行也会显示此提示。"),
    en=(
        "The card number is not valid",
        "Check its digits; a card of an issuer that is not supported is refused as well.",
    ),
)
BANK_NOT_FOUND = define_error(
    "bank_not_found",
    404,
    zh=("未找到发卡行", "请核对卡号前几位。"),
    en=("No issuer has this prefix", "Check the first digits of the card number."),
)
BANK_UNAVAILABLE = define_error(
    "bank_unavailable",
    503,
    zh=("银行暂时无法连接", "未做任何更改，请在 Retry-After 之后再试。"),
    en=("The bank cannot be reached", "Nothing was changed; try again after Retry-After."),
)
TOO_MANY_BANK_CARDS = define_error(
    "too_many_bank_cards",
    409,
    zh=("银行卡数量已达上限", "每位用户最多 5 张（含待验证）；请先解绑一张。"),
    en=(
        "You have too many bank cards",
        "Five at most, pending ones included; unbind one first.",
    ),
)
TOO_MANY_BINDINGS = define_error(
    "too_many_bindings",
    409,
    zh=("该卡绑定次数过多", "同一卡号 30 天内最多绑定 3 次，请稍后再试。"),
    en=(
        "This card was bound too often",
        "A card number can be bound three times in 30 days; try again later.",
    ),
)
CARD_NOT_ELIGIBLE = define_error(
    "card_not_eligible",
    409,
    zh=("该卡不能绑定", "请换一张卡，或联系发卡行。"),
    en=("This card cannot be bound", "Use another card, or ask the bank that issued it."),
)
BANK_CARD_ALREADY_BOUND = define_error(
    "bank_card_already_bound",
    409,
    zh=("该卡已绑定", "您可以直接使用这张卡，无需再次绑定或验证。"),
    en=("This card is bound already", "Use it as it is; it needs no binding or confirming."),
)
BANK_CARD_NOT_ACTIVE = define_error(
    "bank_card_not_active",
    409,
    zh=("该卡当前不可用", "请使用状态为 active 的银行卡，或重新绑定。"),
    en=("This card is not active", "Use an active card, or bind this one again."),
)
BANK_CARD_IN_USE = define_error(
    "bank_card_in_use",
    409,
    zh=("该卡有交易正在处理", "请等待交易完成后再解绑。"),
    en=(
        "Money is moving through this card",
        "Wait until the movement has ended, then unbind the card.",
    ),
)
MICRO_DEPOSIT_INCORRECT = define_error(
    "micro_deposit_incorrect",
    422,
    zh=("验证金额不正确", "请在银行流水中核对小额入账金额（单位：分）后重试。"),
    en=(
        "The amount is not right",
        "Look up the small deposit on the card's statement and send it in fen.",
    ),
)
MICRO_DEPOSIT_NOT_SENT = define_error(
    "micro_deposit_not_sent",
    409,
    zh=("验证款尚未汇出", "请稍后在银行流水中查看小额入账，再提交金额。"),
    en=(
        "The small deposit has not been sent yet",
        "Wait until it is on the card's statement, then send its amount.",
    ),
)
MICRO_DEPOSIT_EXPIRED = define_error(
    "micro_deposit_expired",
    410,
    zh=("验证已过期", "请重新绑定该卡。"),
    en=("The verification has expired", "Bind the card again."),
)
VERIFICATION_FAILED = define_error(
    "verification_failed",
    409,
    zh=("验证未通过", "金额已输错 3 次，请重新绑定该卡。"),
    en=("The verification has failed", "Three amounts were wrong; bind the card again."),
)
