"""What accounts refuse (contract, section 3), and the transaction password's refusals (section 4)."""

from app.core.errors import define_error, define_field_error

IDENTIFIER_TAKEN = define_error(
    "identifier_taken",
    409,
    zh=("该手机号或邮箱已被使用", "请换一个手机号或邮箱。"),
    en=("The identifier is taken", "Choose another phone number or e-mail address."),
)
EMAIL_TAKEN = define_error(
    "email_taken",
    409,
    zh=("该邮箱已属于另一位客服人员", "请使用其他邮箱，或启用原有的客服账号。"),
    en=(
        "Another agent has that e-mail address",
        "Use another one, or enable the agent who has it.",
    ),
)
LAST_ADMIN = define_error(
    "last_admin",
    409,
    zh=("这是最后一位可用的管理员", "请先任命另一位管理员。"),
    en=("It is the last admin who can sign in", "Make another agent an admin first."),
)
RESEND_TOO_SOON = define_error(
    "resend_too_soon",
    429,
    zh=("验证码发送过于频繁", "请在 retry_after 秒之后再请求。"),
    en=("A code was sent a moment ago", "Ask again after `retry_after` seconds."),
)
CODE_INCORRECT = define_error(
    "code_incorrect",
    422,
    zh=("验证码不正确", "请核对最近收到的验证码后重试。"),
    en=("The code is not correct", "Check the newest code that you received and try again."),
)
TOO_MANY_ATTEMPTS = define_error(
    "too_many_attempts",
    429,
    zh=("验证码尝试次数过多", "请重新获取验证码。"),
    en=("Too many wrong codes", "Ask for a new code."),
)
VERIFICATION_EXPIRED = define_error(
    "verification_expired",
    410,
    zh=("验证已失效", "验证码已过期、已使用或已被替换，请重新获取。"),
    en=("The verification has expired", "It is too old, used or replaced. Ask for a new code."),
)
VERIFICATION_TOKEN_INVALID = define_error(
    "verification_token_invalid",
    422,
    zh=("验证凭证无效", "验证凭证已使用、已过期或不适用于此操作，请重新验证。"),
    en=(
        "The verification token is not valid",
        "It is used, expired or meant for something else. Verify again.",
    ),
)
PASSWORD_REJECTED = define_error(
    "password_rejected",
    422,
    zh=("密码不符合要求", "请按 errors 中的每一项修改密码。"),
    en=("The password is refused", "Choose one that breaks none of the rules in `errors`."),
)
TRANSACTION_PASSWORD_REJECTED = define_error(
    "transaction_password_rejected",
    422,
    zh=("交易密码不符合要求", "请按 errors 中的每一项修改交易密码。"),
    en=(
        "The transaction password is refused",
        "Choose one that breaks none of the rules in `errors`.",
    ),
)
INVALID_CREDENTIALS = define_error(
    "invalid_credentials",
    401,
    zh=("账号或密码错误", "请核对后重试，或找回密码。"),
    en=("Identifier or password is wrong", "Check both and try again, or reset the password."),
)
LOGIN_LOCKED = define_error(
    "login_locked",
    429,
    zh=("登录已暂时锁定", "请在 retry_after 秒之后再试，或重置密码以立即解锁。"),
    en=(
        "Signing in is locked for a while",
        "Try again after `retry_after` seconds; a password reset lifts the lock at once.",
    ),
)
PASSWORD_INCORRECT = define_error(
    "password_incorrect",
    403,
    zh=("登录密码不正确", "请核对后重试。"),
    en=("The password is not correct", "Check it and try again."),
)
REFRESH_TOKEN_INVALID = define_error(
    "refresh_token_invalid",
    401,
    zh=("刷新令牌无效", "请重新登录。"),
    en=("The refresh token is not valid", "Sign in again."),
)
REFRESH_TOKEN_EXPIRED = define_error(
    "refresh_token_expired",
    401,
    zh=("刷新令牌已过期", "请重新登录。"),
    en=("The refresh token has expired", "Sign in again."),
)
REFRESH_TOKEN_REUSED = define_error(
    "refresh_token_reused",
    401,
    zh=("刷新令牌被重复使用", "为了安全，该会话已结束，请重新登录。"),
    en=(
        "The refresh token was used before",
        "To be safe the session has been ended. Sign in again.",
    ),
)
LAST_IDENTIFIER = define_error(
    "last_identifier",
    409,
    zh=("这是账号最后一个登录标识", "请先添加另一个手机号或邮箱。"),
    en=("It is the account's last identifier", "Add a phone number or e-mail address first."),
)
ACCOUNT_FROZEN = define_error(
    "account_frozen",
    403,
    zh=("账号已冻结", "资金暂不能转出，请联系客服。"),
    en=("The account is frozen", "No money can leave it. Contact support."),
)
TRANSACTION_PASSWORD_REQUIRED = define_error(
    "transaction_password_required",
    403,
    zh=("需要交易密码", "请输入交易密码后重试。"),
    en=("The transaction password is needed", "Send `transaction_password` as well."),
)
TRANSACTION_PASSWORD_NOT_SET = define_error(
    "transaction_password_not_set",
    403,
    zh=("尚未设置交易密码", "请先设置交易密码。"),
    en=("No transaction password is set", "Set one first."),
)
TRANSACTION_PASSWORD_INCORRECT = define_error(
    "transaction_password_incorrect",
    403,
    zh=("交易密码不正确", "请核对后重试；连续输错五次将被锁定。"),
    en=(
        "The transaction password is not correct",
        "Check it and try again; five wrong ones in a row lock it.",
    ),
)
TRANSACTION_PASSWORD_LOCKED = define_error(
    "transaction_password_locked",
    403,
    zh=(
        "交易密码已锁定",
        "请在 retry_after 秒之后再试；若 reset_required 为 true，请重置交易密码。",
    ),
    en=(
        "The transaction password is locked",
        "Try again after `retry_after` seconds; where `reset_required` is true, reset it.",
    ),
)
TRANSACTION_PASSWORD_ALREADY_SET = define_error(
    "transaction_password_already_set",
    409,
    zh=("交易密码已设置", "请提供 current_transaction_password 修改，或通过验证码重置。"),
    en=(
        "A transaction password is set already",
        "Change it with `current_transaction_password`, or reset it with a verification.",
    ),
)

define_field_error("too_short", zh="长度不足。", en="It is too short.")
define_field_error("too_long", zh="长度超出上限。", en="It is too long.")
define_field_error("missing_letter", zh="须包含字母。", en="It needs a letter.")
define_field_error("missing_digit", zh="须包含数字。", en="It needs a digit.")
define_field_error("missing_special", zh="须包含特殊字符。", en="It needs a special character.")
define_field_error("too_common", zh="过于常见，容易被猜中。", en="It is too common.")
define_field_error(
    "contains_identifier",
    zh="不得包含手机号或邮箱。",
    en="It contains your phone number or e-mail address.",
)
define_field_error(
    "contains_service_name", zh="不得包含服务名称。", en="It contains the service's name."
)
define_field_error("same_as_current", zh="不得与当前密码相同。", en="It is the current password.")
define_field_error(
    "confirmation_mismatch", zh="两次输入不一致。", en="The two entries are not the same."
)
define_field_error("not_six_digits", zh="须为六位数字。", en="It must be exactly six digits.")
define_field_error(
    "repeated_digits", zh="不得为重复的数字。", en="It is the same digits over and over."
)
define_field_error("sequential_digits", zh="不得为连续的数字。", en="The digits are in sequence.")
