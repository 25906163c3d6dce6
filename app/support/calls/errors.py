"""What the hotline refuses."""

from app.core.errors import define_error

CALL_CODE_INCORRECT = define_error(
    "call_code_incorrect",
    422,
    zh=("通话验证码不正确", "请来电者在已登录的应用中查看最新的验证码，再读一遍。"),
    en=(
        "The call code is not correct",
        "Ask the caller to read out the newest code from the app they are signed in to.",
    ),
)
CALL_VERIFICATION_CLOSED = define_error(
    "call_verification_closed",
    409,
    zh=("此通话不能再验证", "通话已结束，或验证码错误次数过多。请挂断后按客户登记的号码回拨。"),
    en=(
        "This call can't be verified any more",
        "It has ended, or too many codes were wrong. Hang up and call back the number on file.",
    ),
)
CALL_OF_ANOTHER_CUSTOMER = define_error(
    "call_of_another_customer",
    409,
    zh=("通话与会话不属于同一客户", "请先在 user_id 中说明来电者是谁，或选择该客户自己的会话。"),
    en=(
        "The call and the case are not of one customer",
        "Say first in `user_id` who the caller is, or name a case of theirs.",
    ),
)
CALLER_UNKNOWN = define_error(
    "caller_unknown",
    409,
    zh=("尚不清楚来电者是哪位客户", "请先在 user_id 中说明来电者是谁，再核对账户信息。"),
    en=(
        "Nobody has said who the caller is",
        "Name the customer in `user_id` first; a fact is one of somebody's account.",
    ),
)
CALL_ENDED = define_error(
    "call_ended",
    409,
    zh=("通话已结束", "结束的通话只能修改备注和所属会话。"),
    en=(
        "The call has ended",
        "Only the notes and the case of a call that has ended can be changed.",
    ),
)
