"""The words of mails in quarantine."""

from typing import Final

from app.core.locale import Text

MAILS: Final = {
    "mails": Text("隔离邮件", "Mails in quarantine"),
    "mails_count": Text("封隔离邮件待处理", "mails in quarantine"),
    "mails_oldest": Text("最久已等待", "oldest waits"),
    "mails_none": Text("没有隔离邮件。", "No mail waits in quarantine."),
    "mails_hint": Text(
        "发件人只是自称。放行后会成为会话中的消息；丢弃后内容不再保留。",
        "A sender is a claim. What is released becomes a message; of what is discarded no word is kept.",
    ),
    "mail_no_subject": Text("（无主题）", "(no subject)"),
    "mail_nobody": Text("（无发件人）", "(no sender)"),
    "mail_unread": Text("（邮件无法读取）", "(This mail can't be read.)"),
    "mail_sender": Text("自称发件人", "Claims to be from"),
    "mail_server": Text("实际发送方", "Sent by"),
    "mail_came": Text("收到", "Came"),
    "mail_waits": Text("已等待", "waits"),
    "mail_late": Text("等待过久", "waits too long"),
    "mail_case": Text("会话编号（留空则新建）", "Conversation id (empty for a new one)"),
    "mail_release": Text("放行", "Release"),
    "mail_release_sure": Text("把这封邮件放行为会话中的消息？", "Make a message of this mail?"),
    "mail_discard": Text("丢弃", "Discard"),
    "mail_discard_sure": Text(
        "丢弃这封邮件？内容将不再保留。", "Discard this mail? Its words are gone then."
    ),
    "mail_released": Text("邮件已放行。", "The mail was released."),
    "mail_discarded": Text("邮件已丢弃。", "The mail was discarded."),
    "mail_supervisors": Text("放行与丢弃由主管决定。", "Supervisors release and discard."),
    "mail_reason_unreadable": Text("无法读取", "can't be read"),
    "mail_reason_no_sender": Text("没有可用的发件人", "no usable sender"),
    "mail_reason_own_address": Text("冒用我们的地址", "claims to be from us"),
    "mail_reason_bounce": Text("退信", "a bounce"),
    "mail_reason_unverified": Text("发件人未经证实", "sender not verified"),
    "mail_reason_automatic": Text("自动邮件", "written by a machine"),
    "mail_reason_too_many": Text("同一发件人过多", "too many from one sender"),
}
