"""What is refused before a movement of money is recorded (contract, section 4)."""

from app.core.errors import define_error

AMOUNT_OUT_OF_RANGE = define_error(
    "amount_out_of_range",
    422,
    zh=("金额超出范围", "请输入 1 到 5,000,000 分之间的整数金额。"),
    en=("The amount is out of range", "Send an integer from 1 to 5,000,000 fen."),
)
CURRENCY_MISMATCH = define_error(
    "currency_mismatch",
    422,
    zh=("币种与钱包不符", "请使用钱包的币种。"),
    en=("The currency is not the wallet's", "Use the currency that GET /v1/wallet names."),
)
RECIPIENT_IS_SELF = define_error(
    "recipient_is_self",
    422,
    zh=("不能转账给自己", "请选择另一位收款人。"),
    en=("You can't transfer to yourself", "Choose another recipient."),
)
MERCHANT_NOT_FOUND = define_error(
    "merchant_not_found",
    404,
    zh=("商户不存在", "请从 GET /v1/merchants 中选择商户。"),
    en=("No such merchant", "Choose one of GET /v1/merchants."),
)
RECIPIENT_NOT_FOUND = define_error(
    "recipient_not_found",
    404,
    zh=("收款人不存在", "请核对收款人的手机号、邮箱或用户编号。"),
    en=("No such recipient", "Check the recipient's phone number, e-mail address or user id."),
)
REFUND_EXCEEDS_PAYMENT = define_error(
    "refund_exceeds_payment",
    422,
    zh=(
        "退款超过可退金额",
        "只有成功的付款可以退款，且累计不得超过实付金额，请查看 refunded_amount。",
    ),
    en=(
        "The refund is more than is left of the payment",
        "Only a payment that succeeded can be refunded, up to what was paid; see refunded_amount.",
    ),
)
PAYMENT_NOT_RETRYABLE = define_error(
    "payment_not_retryable",
    409,
    zh=("这笔付款不能重试", "只有失败且可重试的付款才能重试，请查看 failure.retryable。"),
    en=(
        "This payment can't be retried",
        "Only a failed payment whose failure.retryable is true can be.",
    ),
)
