"""What agents are refused when they look at customers."""

from app.core.errors import define_error

REVEAL_QUOTA_EXCEEDED = define_error(
    "reveal_quota_exceeded",
    429,
    zh=("查看完整资料的次数已用完", "请在 Retry-After 之后再试；多数问题用打码资料即可处理。"),
    en=(
        "The quota of reveals is used up",
        "Try again after Retry-After; most cases can be handled with the masked data.",
    ),
)
