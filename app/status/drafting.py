"""The words of an incident that the machine drafts; a person reads them before anybody else does. Pure."""

from dataclasses import dataclass
from typing import Final

from app.core.locale import Text
from app.status.components import Component


@dataclass(frozen=True, slots=True)
class Wording:
    """The title and the first update."""

    title: Text
    text: Text


DRAFTS: Final = {
    Component.PAYMENT_GATEWAY: Wording(
        Text("支付通道异常", "Payments are failing"),
        Text(
            "部分付款和充值可能失败或延迟。我们正在调查，失败的付款不会扣款。",
            "Some payments and top-ups fail or take longer. We are looking into it; a failed payment takes no money.",
        ),
    ),
    Component.BANK_NETWORK: Wording(
        Text("银行网络异常", "Withdrawals are failing"),
        Text(
            "部分提现可能失败或延迟。我们正在调查，失败的提现会退回钱包。",
            "Some withdrawals fail or take longer. We are looking into it; a failed one stays in the wallet.",
        ),
    ),
    Component.SMS: Wording(
        Text("短信发送异常", "Text messages are delayed"),
        Text(
            "部分短信可能延迟或无法送达，包括验证码。我们正在调查。",
            "Some text messages, codes among them, are late or don't arrive. We are looking into it.",
        ),
    ),
    Component.EMAIL: Wording(
        Text("邮件发送异常", "E-mails are delayed"),
        Text(
            "部分邮件可能延迟或无法送达，包括验证码。我们正在调查。",
            "Some e-mails, codes among them, are late or don't arrive. We are looking into it.",
        ),
    ),
}
"""One per component that is measured."""

RECOVERED: Final = Text("已恢复正常。", "It works normally again.")
MAINTENANCE_ENDED: Final = Text("维护已按计划结束。", "The maintenance has ended as planned.")
