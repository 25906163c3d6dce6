"""What the status domain refuses (contract, section 6)."""

from app.core.errors import define_error

APP_UPDATE_REQUIRED = define_error(
    "app_update_required",
    426,
    zh=("应用版本过旧", "请更新应用后再操作，本次没有扣款。"),
    en=(
        "This version of the app is out of date",
        "Update the app and try again. You weren't charged.",
    ),
)
