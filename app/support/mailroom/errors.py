"""Why something can't be done with a mail."""

from app.core.errors import define_error

MAIL_ALREADY_RELEASED = define_error(
    "mail_already_released",
    409,
    zh=("邮件已放行", "请在 conversation_id 指向的会话中查看。"),
    en=("This mail was released already", "Find it in the conversation it was added to."),
)
MAIL_ALREADY_DISCARDED = define_error(
    "mail_already_discarded",
    409,
    zh=("邮件已丢弃", "内容已不再保留，请让客户重新发送。"),
    en=("This mail was discarded already", "Its words are gone; have the customer send it again."),
)
MAIL_NOT_RELEASABLE = define_error(
    "mail_not_releasable",
    409,
    zh=("这封邮件不能放行", "邮件没有可用的发件地址或内容，或目标会话不是邮件会话。"),
    en=(
        "This mail can't be released",
        "It has no sender to answer or nothing that can be read, or the conversation is not held by mail.",
    ),
)
