"""The one family of refusals: a stable code, an HTTP status, and what to do about it in zh and en.

Each domain names its own in its `errors.py`; docs/errors.md is checked against this registry.
What can be wrong with a single field is a `FieldProblem`. How they are sent is core.http's business.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from app.core.locale import Text


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing wrong with one place of the request, with a JSON pointer such as `/amount`."""

    pointer: str
    code: str
    message: Text


@dataclass(frozen=True, slots=True)
class RateLimit:
    """The limit that a 429 ran into: `quota` calls in `window_seconds`."""

    name: str
    quota: int
    window_seconds: int


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """A named refusal. Call it to get the exception to raise: `raise NOT_FOUND()`."""

    code: str
    status: int
    title: Text
    detail: Text

    def __call__(
        self,
        *,
        errors: Sequence[FieldProblem] = (),
        attempts_remaining: int | None = None,
        retry_after: int | None = None,
        limit: RateLimit | None = None,
        **extra: object,
    ) -> "Refusal":
        """The refusal to raise; `retry_after` in seconds; `extra` becomes members of the problem."""
        return Refusal(self, tuple(errors), attempts_remaining, retry_after, limit, extra)


@dataclass(eq=False)
class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a mistake of ours
    """A request that is answered with a problem document and changes nothing."""

    error: ErrorCode
    errors: tuple[FieldProblem, ...] = ()
    attempts_remaining: int | None = None
    retry_after: int | None = None
    limit: RateLimit | None = None
    extra: dict[str, object] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """The stable code that clients switch on."""
        return self.error.code


ERRORS: dict[str, ErrorCode] = {}
FIELD_ERRORS: dict[str, Text] = {}


def define_error(code: str, status: int, *, zh: tuple[str, str], en: tuple[str, str]) -> ErrorCode:
    """Register a refusal; `zh` and `en` are (title, what to do). Raises ValueError for a code used twice."""
    if code in ERRORS:
        raise ValueError(f"error code defined twice: {code}")
    ERRORS[code] = ErrorCode(code, status, Text(zh[0], en[0]), Text(zh[1], en[1]))
    return ERRORS[code]


def define_field_error(code: str, *, zh: str, en: str) -> str:
    """Register what can be wrong with a field, and return its code."""
    if code in FIELD_ERRORS:
        raise ValueError(f"field error defined twice: {code}")
    FIELD_ERRORS[code] = Text(zh, en)
    return code


def field_problem(pointer: str, code: str, **values: object) -> FieldProblem:
    """A registered field error at a place of the request. Raises KeyError for an unknown code."""
    text = FIELD_ERRORS[code]
    return FieldProblem(pointer, code, text.fill(**values) if values else text)


MALFORMED_JSON = define_error(
    "malformed_json",
    400,
    zh=("请求体不是合法的 JSON", "请检查 JSON 语法后重新发送。"),
    en=("The body is not valid JSON", "Check the JSON syntax and send it again."),
)
MALFORMED_REQUEST = define_error(
    "malformed_request",
    400,
    zh=("请求格式有误", "请检查请求头和地址后重新发送。"),
    en=("The request is malformed", "Check its headers and address and send it again."),
)
ACCESS_REASON_REQUIRED = define_error(
    "access_reason_required",
    400,
    zh=(
        "缺少查看客户资料的原因",
        "请在 X-Access-Reason 请求头中写明会话编号，或 10–500 个字符的原因（非 ASCII 字符请用百分号编码）。",
    ),
    en=(
        "A reason for looking at customer data is needed",
        "Send X-Access-Reason: a conversation id, or why in 10 to 500 characters (percent-encoded outside ASCII).",
    ),
)
IDEMPOTENCY_KEY_REQUIRED = define_error(
    "idempotency_key_required",
    400,
    zh=("缺少 Idempotency-Key", "请为每笔资金操作生成唯一的 Idempotency-Key 请求头。"),
    en=(
        "Idempotency-Key is missing",
        "Send a unique Idempotency-Key header with every call that moves money.",
    ),
)
IDEMPOTENCY_KEY_INVALID = define_error(
    "idempotency_key_invalid",
    400,
    zh=("Idempotency-Key 无效", "请使用 1–255 个可见 ASCII 字符。"),
    en=("Idempotency-Key is invalid", "Use 1 to 255 visible ASCII characters."),
)
IDEMPOTENCY_KEY_REUSED = define_error(
    "idempotency_key_reused",
    422,
    zh=("Idempotency-Key 已用于另一个请求", "请为新的请求使用新的 Idempotency-Key。"),
    en=(
        "This Idempotency-Key belongs to another request",
        "Use a new Idempotency-Key for a new request.",
    ),
)
IDEMPOTENCY_IN_PROGRESS = define_error(
    "idempotency_in_progress",
    409,
    zh=("相同的请求正在处理中", "请在 Retry-After 之后用同一个 Idempotency-Key 再试。"),
    en=(
        "The first request with this key is still running",
        "Try again with the same Idempotency-Key after Retry-After.",
    ),
)
ACCESS_TOKEN_MISSING = define_error(
    "access_token_missing",
    401,
    zh=("需要登录", "请在 Authorization 请求头中携带 Bearer 访问令牌。"),
    en=("You are not signed in", "Send the access token as `Authorization: Bearer …`."),
)
ACCESS_TOKEN_INVALID = define_error(
    "access_token_invalid",
    401,
    zh=("登录已失效", "请重新登录。"),
    en=("The access token is not valid", "Sign in again."),
)
ACCESS_TOKEN_EXPIRED = define_error(
    "access_token_expired",
    401,
    zh=("访问令牌已过期", "请用刷新令牌换取新的访问令牌。"),
    en=("The access token has expired", "Get a new one with the refresh token."),
)
FORBIDDEN = define_error(
    "forbidden",
    403,
    zh=("没有权限", "您的身份不能执行此操作。"),
    en=("Not allowed", "Your role does not permit this call."),
)
ORIGIN_NOT_ALLOWED = define_error(
    "origin_not_allowed",
    403,
    zh=("来源不被允许", "沙盒接口只接受本机来源，请检查 Origin 和 Host 请求头。"),
    en=(
        "This origin is not allowed",
        "The sandbox doors take local callers only; check the Origin and Host headers.",
    ),
)
HOST_NOT_ALLOWED = define_error(
    "host_not_allowed",
    421,
    zh=("此服务不响应该主机名", "请使用服务的正式域名；运维人员可在 WALLET_TRUSTED_HOSTS 中添加。"),
    en=(
        "This service does not answer to that host name",
        "Use the service's own name; its operator lists them in WALLET_TRUSTED_HOSTS.",
    ),
)
NOT_FOUND = define_error(
    "not_found",
    404,
    zh=("未找到", "请检查地址或编号。"),
    en=("Not found", "Check the address or the id."),
)
Found = TypeVar("Found")


def existing(found: Found | None) -> Found:
    """What was looked for. Raises NOT_FOUND where it isn't there."""
    if found is None:
        raise NOT_FOUND()
    return found


METHOD_NOT_ALLOWED = define_error(
    "method_not_allowed",
    405,
    zh=("不支持此请求方法", "请查看 Allow 响应头。"),
    en=("Method not allowed", "The Allow header lists what this address takes."),
)
APP_UPDATE_REQUIRED = define_error(
    "app_update_required",
    426,
    zh=("应用版本过旧", "请更新应用后再操作，本次没有扣款。"),
    en=(
        "This version of the app is out of date",
        "Update the app and try again. You weren't charged.",
    ),
)
BODY_TOO_LARGE = define_error(
    "body_too_large",
    413,
    zh=("请求体过大", "请求体不得超过 64 KiB。"),
    en=("The body is too large", "A body may have 64 KiB at most."),
)
UNSUPPORTED_MEDIA_TYPE = define_error(
    "unsupported_media_type",
    415,
    zh=("不支持的内容类型", "请以 application/json 发送请求体。"),
    en=("Unsupported media type", "Send the body as application/json."),
)
VALIDATION_FAILED = define_error(
    "validation_failed",
    422,
    zh=("请求内容有误", "请按 errors 中的说明逐项修改。"),
    en=("The request is not valid", "Correct each place named in `errors`."),
)
CURSOR_INVALID = define_error(
    "cursor_invalid",
    422,
    zh=("分页游标无效", "请使用上一页返回的 next_cursor，或从第一页开始。"),
    en=(
        "The cursor is not valid",
        "Use the next_cursor of the page before, or start again without.",
    ),
)
RATE_LIMITED = define_error(
    "rate_limited",
    429,
    zh=("请求过于频繁", "请在 Retry-After 之后再试。"),
    en=("Too many requests", "Try again after Retry-After."),
)
INTERNAL_ERROR = define_error(
    "internal_error",
    500,
    zh=("服务器内部错误", "请稍后重试，并向客服提供 request_id。"),
    en=("Something broke on our side", "Try again later and give support the request_id."),
)
BUSY = define_error(
    "busy",
    503,
    zh=("服务繁忙", "请在 Retry-After 之后用同一个 Idempotency-Key 再试。"),
    en=("The service is busy", "Try again after Retry-After, with the same Idempotency-Key."),
)

define_field_error("required", zh="此项必填。", en="This field is required.")
define_field_error("unknown_field", zh="未知的字段。", en="This field is not known here.")
define_field_error("invalid_type", zh="类型不正确。", en="The type is wrong.")
define_field_error("invalid_value", zh="取值不被接受。", en="The value is not accepted.")
define_field_error("duplicate_key", zh="同一字段出现了多次。", en="The same key appears twice.")
define_field_error("too_deep", zh="嵌套不得超过 32 层。", en="Nest 32 levels at most.")
define_field_error("in_the_future", zh="不得晚于当前时间。", en="It must not be later than now.")
