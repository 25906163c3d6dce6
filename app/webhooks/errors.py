"""Refusals of webhooks and callbacks, and what can be wrong with an endpoint's fields."""

from app.core.errors import define_error, define_field_error

SIGNATURE_INVALID = define_error(
    "signature_invalid",
    401,
    zh=("签名无效", "请用共享密钥按 Standard Webhooks 签名，并使用 5 分钟以内的时间戳。"),
    en=(
        "The signature is not valid",
        "Sign the body as it is by Standard Webhooks with the shared secret, at most 5 minutes ago.",
    ),
)
TOO_MANY_WEBHOOK_ENDPOINTS = define_error(
    "too_many_webhook_endpoints",
    409,
    zh=("Webhook 地址过多", "最多可设置 16 个，请先删除不用的地址。"),
    en=("There are too many webhook endpoints", "There may be 16. Delete one that isn't used."),
)

URL_INVALID = define_field_error(
    "url_invalid",
    zh="请填写不含用户名和密码的 http 或 https 地址。",
    en="Give an http or https address without a user name or password.",
)
URL_NOT_HTTPS = define_field_error(
    "url_not_https", zh="必须使用 https 地址。", en="The address must be one of https."
)
URL_ADDRESS_NOT_ALLOWED = define_field_error(
    "url_address_not_allowed",
    zh="不允许使用此网络地址。",
    en="This network address may not be called.",
)
UNKNOWN_EVENT_TYPE = define_field_error(
    "unknown_event_type",
    zh="没有此类事件，请使用已知的类型、`payment.*` 这样的范围或 `*`。",
    en="No event is called so. Use a known type, a family such as `payment.*`, or `*`.",
)
