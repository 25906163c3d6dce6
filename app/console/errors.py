"""What only a browser can be refused."""

from app.core.errors import define_error

FORM_NOT_OURS = define_error(
    "form_not_ours",
    403,
    zh=("表单已失效", "请刷新页面后重新提交。"),
    en=("This form is no longer valid", "Reload the page and send it again."),
)
