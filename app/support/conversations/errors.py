"""Why something can't be done with a conversation."""

from app.core.errors import define_error

CONVERSATION_CLOSED = define_error(
    "conversation_closed",
    409,
    zh=("会话已结束", "请发起新的会话；坐席可在 7 天内重新打开。"),
    en=("The conversation is over", "Begin a new one; an agent can reopen it within 7 days."),
)
CONVERSATION_ALREADY_CLAIMED = define_error(
    "conversation_already_claimed",
    409,
    zh=("会话已由其他坐席处理", "请在 assigned_to 中查看负责的坐席，需要时请改派。"),
    en=(
        "A colleague has claimed this conversation",
        "`assigned_to` names them; assign it anew where you have to take it over.",
    ),
)
CONVERSATION_MOVED_ON = define_error(
    "conversation_moved_on",
    409,
    zh=("会话有新的回复", "请先阅读 messages 中的新内容，再带上新的 last_seen_seq 发送。"),
    en=(
        "Somebody replied meanwhile",
        "Read `messages`, then send again with the new `last_seen_seq`. Nothing was sent.",
    ),
)
NOBODY_TO_WRITE_TO = define_error(
    "nobody_to_write_to",
    409,
    zh=("此会话没有可以收到文字的人", "来电者身份尚不清楚：请先说明来电者是谁，或记为备注。"),
    en=(
        "Nobody can read a reply here",
        "Nobody knows yet who called: say first who the caller is, or keep it as a note.",
    ),
)
CONVERSATION_STATUS_CONFLICT = define_error(
    "conversation_status_conflict",
    409,
    zh=("当前状态不允许此操作", "请刷新会话后再试。"),
    en=("Its status does not allow this", "Read the conversation again; `status` has changed."),
)
CONVERSATIONS_NOT_MERGEABLE = define_error(
    "conversations_not_mergeable",
    409,
    zh=("这两个会话不能合并", "只能合并同一客户的两个未结束的不同会话。"),
    en=(
        "These two can't be merged",
        "Only two different conversations of one customer can, while neither is over.",
    ),
)
