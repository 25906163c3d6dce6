"""Every word of the console in both languages, side by side: the frame's here, each page's in words/."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.console.words.actions import ACTIONS
from app.console.words.agents import AGENTS, ME
from app.console.words.approvals import APPROVALS
from app.console.words.calls import CALLS
from app.console.words.customers import CUSTOMERS
from app.console.words.desk import CONVERSATION, DESK
from app.console.words.diagnosis import DIAGNOSIS
from app.console.words.faq import FAQ
from app.console.words.mails import MAILS
from app.console.words.reports import REPORTS
from app.console.words.status import STATUS
from app.core.locale import Locale, Text


@dataclass(frozen=True, slots=True)
class Texts:
    """The words by their key. A key that is missing fails the page, and so its test."""

    every: Mapping[str, Text]

    def in_locale(self, locale: Locale) -> dict[str, str]:
        """The words in one language; templates know them as `t`."""
        return {key: text.said_in(locale) for key, text in self.every.items()}

    @classmethod
    def merged(cls, *pages: Mapping[str, Text]) -> "Texts":
        """The words of all pages. Raises ValueError for a key that two of them use."""
        every: dict[str, Text] = {}
        for page in pages:
            twice = every.keys() & page.keys()
            if twice:
                raise ValueError(f"words defined twice: {sorted(twice)}")
            every |= page
        return cls(every)


FRAME: Final = {
    "console": Text("客服控制台", "Agent console"),
    "queue": Text("队列", "Queue"),
    "customers": Text("客户", "Customers"),
    "diagnosis": Text("付款诊断", "Diagnosis"),
    "calls": Text("热线", "Calls"),
    "approvals": Text("审批", "Approvals"),
    "status": Text("系统状态", "Status"),
    "faq": Text("常见问题", "FAQ"),
    "reports": Text("报表", "Reports"),
    "audit": Text("审计", "Audit"),
    "sign_out": Text("退出", "Sign out"),
    "language": Text("English", "中文"),
    "skip": Text("跳到正文", "Skip to content"),
    "search": Text("搜索", "Search"),
    "save": Text("保存", "Save"),
    "cancel": Text("取消", "Cancel"),
    "back": Text("返回", "Back"),
    "more": Text("更多", "More"),
    "nothing": Text("暂无内容", "Nothing here"),
    "keys": Text("快捷键", "Keyboard shortcuts"),
    "request_id": Text("请求编号", "Request id"),
}
ROLES: Final = {
    "role_agent": Text("客服", "agent"),
    "role_supervisor": Text("主管", "supervisor"),
    "role_admin": Text("管理员", "admin"),
}
SIGN_IN: Final = {
    "sign_in": Text("登录", "Sign in"),
    "email": Text("邮箱", "E-mail"),
    "password": Text("密码", "Password"),
    "totp": Text("动态验证码或恢复码", "One-time code or recovery code"),
    "totp_hint": Text("验证器应用中的六位数字", "Six digits from your authenticator app"),
}
KEYS: Final = {
    "key_j": Text("下一行", "next row"),
    "key_k": Text("上一行", "previous row"),
    "key_c": Text("领取所选会话", "claim the chosen conversation"),
    "key_r": Text("写回复", "write a reply"),
    "key_Enter": Text("打开所选行", "open the chosen row"),
    "key_Ctrl-K": Text("搜索", "search"),
    "key_/": Text("筛选本页", "filter the page"),
    "key_Ctrl-Enter": Text("提交表单", "send the form"),
    "key_?": Text("显示快捷键", "show the keys"),
}
AUDIT: Final = {
    "audit_verify": Text("验证审计链", "Verify the chain"),
    "audit_ok": Text("审计链完整，已检查条目数：", "The chain holds; entries checked:"),
    "audit_broken": Text(
        "审计链被破坏，第一条有问题的编号：", "The chain is broken; the first bad entry is:"
    ),
    "audit_seq": Text("编号", "No."),
    "audit_at": Text("时间", "When"),
    "audit_actor": Text("操作人", "Who"),
    "audit_action": Text("操作", "What"),
    "audit_subject": Text("对象", "On what"),
    "audit_customer_id": Text("客户", "Customer"),
    "audit_reason": Text("原因", "Why"),
    "audit_fields": Text("字段", "Fields"),
    "audit_hash": Text("哈希", "Hash"),
}
TEXTS: Final = Texts.merged(
    FRAME,
    ROLES,
    SIGN_IN,
    KEYS,
    AUDIT,
    DESK,
    CONVERSATION,
    MAILS,
    CUSTOMERS,
    ACTIONS,
    CALLS,
    APPROVALS,
    DIAGNOSIS,
    REPORTS,
    STATUS,
    AGENTS,
    ME,
    FAQ,
)
