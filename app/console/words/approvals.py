"""The words of what waits for a second person."""

from typing import Final

from app.core.locale import Text

APPROVALS: Final = {
    "approval": Text("审批请求", "Request"),
    "approvals_pending_approval": Text("待审批", "Waiting"),
    "approvals_executed": Text("已执行", "Executed"),
    "approvals_rejected": Text("已拒绝", "Rejected"),
    "approvals_none": Text("没有待审批的请求。", "Nothing waits for a second person."),
    "approval_by": Text("申请人", "Asked by"),
    "approval_you": Text("您", "you"),
    "approval_at": Text("申请时间", "Asked"),
    "approval_customer": Text("客户", "Customer"),
    "approval_reason": Text("原因", "Reason"),
    "approval_contact": Text("沟通记录", "Contact"),
    "approval_evidence": Text("证据与诊断", "Evidence and diagnosis"),
    "approval_decided_by": Text("处理人", "Decided by"),
    "approval_decided_at": Text("处理时间", "Decided"),
    "approval_decided_why": Text("处理说明", "Why"),
    "approval_nobody": Text("系统", "the machine"),
    "approval_refund": Text("退款编号", "Refund"),
    "approval_waived": Text(
        "验证级别不足，由申请的主管担保。", "Below the level that is needed: a supervisor vouched."
    ),
    "approval_own": Text(
        "这是您自己的请求，须由另一位主管或管理员批准。",
        "This is your own: another supervisor or admin has to approve it.",
    ),
    "approval_approve": Text("批准并执行", "Approve and do it"),
    "approval_approve_sure": Text(
        "批准后立即执行，无法撤回。", "It is carried out at once and can't be taken back. Approve?"
    ),
    "approval_reject": Text("拒绝", "Reject"),
    "approval_take_back": Text("撤回", "Take it back"),
    "approval_reject_sure": Text("关闭这个请求？", "Close this request?"),
    "approval_why_not": Text("拒绝的理由（可选）", "Why not (optional)"),
    "approval_approved": Text("已批准并执行。", "Approved and carried out."),
    "approval_rejected": Text("请求已关闭，未执行。", "The request was closed; nothing was done."),
}
