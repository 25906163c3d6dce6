"""The words of the agents' accounts and of one's own."""

from typing import Final

from app.core.locale import Text

AGENTS: Final = {
    "agents": Text("坐席", "Agents"),
    "agent_name": Text("姓名", "Name"),
    "agent_role": Text("角色", "Role"),
    "agent_status": Text("状态", "Status"),
    "agent_since": Text("创建于", "Since"),
    "agent_active": Text("启用", "active"),
    "agent_disabled": Text("停用", "disabled"),
    "agent_new": Text("新增坐席", "New agent"),
    "agent_create": Text("创建", "Create"),
    "agent_name_hint": Text("可留空，默认取邮箱前缀", "Left empty: the address before the @"),
    "agent_reset_totp": Text("重置动态验证码", "Reset one-time codes"),
    "agent_reset_password": Text("重置密码", "Reset password"),
    "agent_disable": Text("停用", "Disable"),
    "agent_enable": Text("启用", "Enable"),
    "agent_sure_totp": Text(
        "旧的验证器和恢复码将立即失效，并结束该坐席的所有会话。继续？",
        "The old authenticator and recovery codes stop working, and every session ends. Go on?",
    ),
    "agent_sure_password": Text(
        "旧密码将立即失效，并结束该坐席的所有会话。继续？",
        "The old password stops working, and every session ends. Go on?",
    ),
    "agent_changed": Text("已保存坐席资料。", "The agent was saved."),
    "told_once": Text("以下内容只显示这一次", "This is shown only once"),
    "told_once_hint": Text(
        "请立即通过安全方式转交给本人；离开此页后无法再次查看。",
        "Hand it over to the agent now, by a safe way; it can't be shown again once you leave.",
    ),
    "totp_secret": Text("密钥", "Secret"),
    "totp_scan": Text("用验证器应用扫描", "Scan with an authenticator app"),
    "recovery_codes": Text("恢复码", "Recovery codes"),
    "recovery_codes_hint": Text("每个可代替一次动态验证码", "Each stands in once for a code"),
    "first_password": Text("初始密码", "First password"),
}
ME: Final = {
    "me": Text("我的账户", "My account"),
    "password_change": Text("修改密码", "Change password"),
    "password_current": Text("当前密码", "Current password"),
    "password_new": Text("新密码", "New password"),
    "password_again": Text("再次输入新密码", "New password again"),
    "password_hint": Text(
        "修改后，您在其他设备上的会话会结束。", "Your sessions on other devices will end."
    ),
    "password_changed": Text("密码已修改。", "Your password was changed."),
}
