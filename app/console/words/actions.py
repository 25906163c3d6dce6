"""The words of what agents ask to have done."""

from typing import Final

from app.core.locale import Text

ACTIONS: Final = {
    "action_ask": Text("申请操作", "Ask for an action"),
    "action_type": Text("操作", "Action"),
    "action_send_password_reset": Text("发送密码重置验证码", "send a password reset code"),
    "action_unlock_login": Text("解除登录锁定", "unlock the login"),
    "action_unlock_transaction_password": Text(
        "解除交易密码锁定", "unlock the transaction password"
    ),
    "action_revoke_sessions": Text("结束所有登录", "end every session"),
    "action_freeze": Text("冻结账户", "freeze the account"),
    "action_unfreeze": Text("解冻账户", "unfreeze the account"),
    "action_refund": Text("退款", "refund"),
    "action_release_hold": Text("释放冻结资金", "release a hold"),
    "action_goodwill_credit": Text("补偿金", "goodwill credit"),
    "action_needs": Text("需要级别", "needs"),
    "action_second": Text("需第二人批准", "a second person approves"),
    "action_at_once": Text("立即执行", "runs at once"),
    "action_payment": Text("付款编号", "Payment"),
    "action_payment_hint": Text("退款和释放冻结时必填", "For a refund or a release"),
    "action_amount": Text("金额（元）", "Amount (¥)"),
    "action_amount_hint": Text(
        "补偿必填；退款留空即退剩余全部", "For a credit; a refund without one: all that is left"
    ),
    "action_reason": Text("申请原因", "Reason"),
    "action_contact": Text("通话或会话编号", "Call or conversation"),
    "action_contact_hint": Text("证明客户身份的通话或会话", "In which the customer was verified"),
    "action_preview": Text("试运行", "Dry run"),
    "action_would": Text("试运行结果：尚未执行", "Dry run: nothing has happened yet"),
    "action_entries": Text("将产生的分录", "Ledger entries it makes"),
    "action_no_entries": Text("不产生分录。", "It makes no ledger entries."),
    "action_account": Text("账户", "Account"),
    "action_description": Text("说明", "Description"),
    "action_level": Text("验证级别", "Verification"),
    "action_waived": Text(
        "级别不足，由主管担保，审计会记录。",
        "Below the level that is needed: you vouch for it, and the audit says so.",
    ),
    "caution_password_reset": Text("24 小时内重置过密码", "password reset within 24 hours"),
    "caution_new_device": Text("24 小时内有新设备", "new device within 24 hours"),
    "caution_new_card": Text("24 小时内新绑银行卡", "card bound within 24 hours"),
    "action_confirm_waits": Text("提交审批", "Ask for approval"),
    "action_confirm_now": Text("立即执行", "Do it now"),
    "action_done": Text("操作已执行。", "It is done."),
    "action_waits": Text("已提交，等待另一位同事批准。", "Asked; a colleague has to approve it."),
}
