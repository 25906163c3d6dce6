"""What is refused of what agents ask for (contract, section 8)."""

from app.core.errors import define_error

FOUR_EYES_REQUIRED = define_error(
    "four_eyes_required",
    403,
    zh=("需要另一位同事批准", "不能批准自己提交的请求，请另一位主管或管理员处理。"),
    en=(
        "Somebody else must approve",
        "Ask another supervisor or admin: nobody approves their own request.",
    ),
)
VERIFICATION_LEVEL_REQUIRED = define_error(
    "verification_level_required",
    403,
    zh=(
        "来电者的身份验证级别不够",
        "请让客户读出应用中的通话验证码，或从应用内联系我们，并在请求中附上该通话或会话；所需级别见 required_level。",
    ),
    en=(
        "It is not sure enough who asks",
        "Have the customer read out a call code or write from the app, and name that call or conversation.",
    ),
)
PAYMENT_OUTCOME_UNKNOWN = define_error(
    "payment_outcome_unknown",
    409,
    zh=(
        "这笔付款的资金不能释放",
        "只有网关确认未扣款时才能释放冻结的资金，请稍后再查询这笔付款的结果。",
    ),
    en=(
        "The money of this payment can't be released",
        "Only where the gateway is certain that it took nothing. Inquire about the payment again later.",
    ),
)
NOTHING_HELD = define_error(
    "nothing_held",
    409,
    zh=("没有冻结的资金", "这笔付款没有冻结中的资金，无需释放。"),
    en=("Nothing is held", "No money is on hold for this payment; there is nothing to release."),
)
ACTION_REQUEST_CLOSED = define_error(
    "action_request_closed",
    409,
    zh=("该请求已处理", "请求已执行或已被拒绝；如仍需要，请重新提交。"),
    en=(
        "The request has been decided",
        "It was executed or rejected. Make a new one if it is still needed.",
    ),
)
GOODWILL_CREDIT_EXCEEDS_LIMIT = define_error(
    "goodwill_credit_exceeds_limit",
    422,
    zh=("补偿金额超过上限", "每笔以及每位客户 30 天内的补偿都有上限，见 max_amount（分）。"),
    en=(
        "The goodwill credit is over the limit",
        "There is a limit for each, and for each customer in 30 days; see max_amount, in fen.",
    ),
)
ACCOUNT_NOT_FROZEN = define_error(
    "account_not_frozen",
    409,
    zh=("账户未冻结", "该账户没有被冻结，无需解冻。"),
    en=("The account isn't frozen", "There is nothing to unfreeze."),
)
TRANSACTION_PASSWORD_RESET_REQUIRED = define_error(
    "transaction_password_reset_required",
    409,
    zh=("必须由客户重置交易密码", "24 小时内已锁定三次，只能由客户在应用中重置交易密码。"),
    en=(
        "Only a reset opens it",
        "It was locked three times in 24 hours: the customer has to reset the transaction password in the app.",
    ),
)
