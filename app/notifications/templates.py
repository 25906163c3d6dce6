"""The words of every message, in both languages: one row per template.

The only six digits in a row in any of them are a code's: the inbox of the sandbox, and phones, pick codes out by that.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.core.locale import Locale, Text
from app.notifications.rules import Template

SIGNATURE: Final = Text("【U-Wallet】", "[U-Wallet] ")


@dataclass(frozen=True, slots=True)
class Wording:
    """A mail's subject and the text of mail and SMS; `{name}` places are filled when it is sent."""

    subject: Text
    text: Text


def _code(zh: str, en: str) -> Wording:
    return Wording(
        Text("您的验证码", "Your verification code"),
        Text(
            f"验证码 {{code}}，用于{zh}，5 分钟内有效。请勿告诉任何人，客服也不会向您索取。",
            f"{{code}} is your code to {en}. It is valid for 5 minutes. "
            "Tell it to nobody; we never ask for it.",
        ),
    )


def _notice(zh: tuple[str, str], en: tuple[str, str]) -> Wording:
    return Wording(Text(zh[0], en[0]), Text(zh[1], en[1]))


_NOT_YOU: Final = Text(
    "如非本人操作，请立即联系客服。", "If this wasn't you, contact support at once."
)


def _alert(zh: tuple[str, str], en: tuple[str, str]) -> Wording:
    """A notice about something that nobody but the user should have done."""
    return _notice((zh[0], f"{zh[1]}{_NOT_YOU.zh}"), (en[0], f"{en[1]} {_NOT_YOU.en}"))


WORDINGS: Final[Mapping[Template, Wording]] = {
    Template.REGISTER_CODE: _code("注册账号", "open an account"),
    Template.RESET_PASSWORD_CODE: _code("重置登录密码", "reset your password"),
    Template.RESET_TRANSACTION_PASSWORD_CODE: _code(
        "重置交易密码", "reset your transaction password"
    ),
    Template.ADD_IDENTIFIER_CODE: _code("绑定此联系方式", "add this contact to your account"),
    Template.IDENTIFIER_IN_USE: _notice(
        (
            "此联系方式已有账号",
            "有人尝试用此联系方式注册或绑定，但它已属于您的账号。若是您本人，请直接登录或找回密码；否则无需理会。",
        ),
        (
            "You have an account already",
            (
                "Somebody asked to register or add this contact, which belongs to your account. "
                "If it was you, sign in or reset your password; otherwise there is nothing to do."
            ),
        ),
    ),
    Template.WELCOME: _notice(
        ("欢迎使用 U-Wallet", "您的账号已开通。请设置交易密码后开始付款。"),
        (
            "Welcome to U-Wallet",
            "Your account is open. Set a transaction password before you pay.",
        ),
    ),
    Template.PASSWORD_RESET: _alert(
        ("登录密码已重置", "您的登录密码已通过验证码重置，所有设备均已退出登录。"),
        (
            "Your password was reset",
            "Your password was reset with a verification code, and every device was signed out.",
        ),
    ),
    Template.PASSWORD_CHANGED: _alert(
        ("登录密码已修改", "您的登录密码已修改，其他设备已退出登录。"),
        ("Your password was changed", "Your password was changed; other devices were signed out."),
    ),
    Template.TRANSACTION_PASSWORD_SET: _alert(
        ("交易密码已设置", "您的交易密码已设置。"),
        ("Transaction password set", "A transaction password was set for your account."),
    ),
    Template.TRANSACTION_PASSWORD_CHANGED: _alert(
        ("交易密码已修改", "您的交易密码已修改。"),
        ("Transaction password changed", "Your transaction password was changed."),
    ),
    Template.TRANSACTION_PASSWORD_RESET: _alert(
        ("交易密码已重置", "您的交易密码已通过验证码重置。"),
        (
            "Transaction password reset",
            "Your transaction password was reset with a verification code.",
        ),
    ),
    Template.TRANSACTION_PASSWORD_LOCKED: _alert(
        ("交易密码已锁定", "交易密码连续输错五次，已被锁定。"),
        (
            "Transaction password locked",
            "Your transaction password was entered wrong five times and is locked.",
        ),
    ),
    Template.LOGIN_LOCKED: _alert(
        ("登录已暂时锁定", "登录密码连续输错五次，登录已锁定 30 分钟。重置密码可立即解锁。"),
        (
            "Signing in is locked",
            (
                "Your password was entered wrong five times, so signing in is locked for 30 minutes. "
                "A password reset lifts the lock at once."
            ),
        ),
    ),
    Template.LOGIN_NEW_DEVICE: _alert(
        ("新设备登录提醒", "您的账号刚刚在新设备（{device}）上登录。"),
        ("New device", "Your account was signed in on a new device ({device})."),
    ),
    Template.SIGNED_IN: _alert(
        ("登录提醒", "您的账号刚刚在{device}上登录。"),
        ("Signed in", "Your account was signed in on {device}."),
    ),
    Template.SIGNED_OUT: _alert(
        ("已退出登录", "您的账号已在{device}上退出登录。"),
        ("Signed out", "Your account was signed out on {device}."),
    ),
    Template.SESSIONS_ENDED: _alert(
        ("设备已退出登录", "您的账号在其他设备上已退出登录。"),
        ("Devices signed out", "Your account was signed out on other devices."),
    ),
    Template.SESSION_COMPROMISED: _notice(
        (
            "一台设备已退出登录",
            "检测到登录凭证被重复使用，为保护您的资金，该设备已退出登录。请重新登录；如有疑问请修改密码。",
        ),
        (
            "A device was signed out",
            (
                "Its sign-in was used twice, so it was ended to protect your money. "
                "Sign in again; change your password if in doubt."
            ),
        ),
    ),
    Template.IDENTIFIER_ADDED: _alert(
        ("联系方式已添加", "您的账号已添加 {identifier}。"),
        ("Contact added", "{identifier} was added to your account."),
    ),
    Template.IDENTIFIER_REPLACED: _alert(
        ("联系方式已更换", "您的账号已将 {previous} 更换为 {identifier}。"),
        ("Contact replaced", "{previous} was replaced by {identifier} in your account."),
    ),
    Template.IDENTIFIER_REMOVED: _alert(
        ("联系方式已移除", "您的账号已移除 {identifier}。"),
        ("Contact removed", "{identifier} was removed from your account."),
    ),
    Template.PASSWORD_FREE_LIMIT_RAISED: _alert(
        ("免密额度已提高", "您的免密支付额度已提高到 {limit}。"),
        ("Password-free limit raised", "You can now pay up to {limit} without a password."),
    ),
    Template.CALL_VERIFIED: _alert(
        ("客服通话已验证", "您正在与客服{agent}通话，并已用应用中的验证码证明身份。"),
        (
            "You are talking to our hotline",
            "You are talking to {agent} of our hotline and read out the code from your app.",
        ),
    ),
    Template.ACCOUNT_FROZEN: _alert(
        (
            "账户已冻结",
            "客服已冻结您的账户以保护资金：您仍可登录和查看，但不能转出资金。解冻请联系客服。",
        ),
        (
            "Your account is frozen",
            (
                "Support froze your account to protect it: you can sign in and read, but no money can leave. "
                "Contact support to have it unfrozen."
            ),
        ),
    ),
    Template.ACCOUNT_UNFROZEN: _alert(
        ("账户已解冻", "客服已解冻您的账户，现在可以转出资金。"),
        ("Your account is unfrozen", "Support unfroze your account; money can leave it again."),
    ),
    Template.ALL_SESSIONS_ENDED: _alert(
        ("所有设备已退出登录", "客服已将您的账号在所有设备上退出登录。"),
        ("Every device was signed out", "Support signed your account out on every device."),
    ),
    Template.LOGIN_UNLOCKED: _alert(
        ("登录已解锁", "客服已解除您的登录锁定。"),
        ("Signing in is unlocked", "Support lifted the lock on signing in to your account."),
    ),
    Template.TRANSACTION_PASSWORD_UNLOCKED: _alert(
        ("交易密码已解锁", "客服已解除您的交易密码锁定。"),
        (
            "Transaction password unlocked",
            "Support lifted the lock on your transaction password.",
        ),
    ),
    Template.BANK_CARD_BOUND: _alert(
        ("银行卡待验证", "尾号 {last4} 的{card}已提交绑定，请按小额打款验证。"),
        (
            "Bank card added",
            "The {card} ending in {last4} was added; confirm it with the small deposit.",
        ),
    ),
    Template.BANK_CARD_ACTIVE: _alert(
        ("银行卡绑定成功", "尾号 {last4} 的{card}已可使用。"),
        ("Bank card ready", "The {card} ending in {last4} can be used now."),
    ),
    Template.BANK_CARD_VERIFICATION_FAILED: _notice(
        ("银行卡验证未通过", "尾号 {last4} 的{card}未能完成验证，可重新绑定。"),
        (
            "Bank card not verified",
            "The {card} ending in {last4} could not be verified; you may add it again.",
        ),
    ),
    Template.BANK_CARD_UNBOUND: _alert(
        ("银行卡已解绑", "尾号 {last4} 的{card}已解绑。"),
        ("Bank card removed", "The {card} ending in {last4} was removed."),
    ),
    Template.BANK_CARD_MADE_DEFAULT: _alert(
        ("默认银行卡已变更", "尾号 {last4} 的{card}已成为您的默认银行卡。"),
        ("Default card changed", "The {card} ending in {last4} is your default card now."),
    ),
    Template.PAYMENT_SUCCEEDED: _notice(
        ("付款成功", "向 {merchant} 付款 {amount} 成功。"),
        ("Payment made", "You paid {amount} to {merchant}."),
    ),
    Template.PAYMENT_FAILED: _notice(
        ("付款未成功", "向 {merchant} 付款 {amount} 未成功，未扣款。"),
        ("Payment failed", "Your payment of {amount} to {merchant} failed; nothing was taken."),
    ),
    Template.PAYMENT_UNDER_REVIEW: _notice(
        (
            "付款正在核实",
            "向 {merchant} 付款 {amount} 的结果仍不明确，已转人工核实，请勿重复支付。",
        ),
        (
            "Payment being checked",
            (
                "We still don't know how your payment of {amount} to {merchant} ended. People are looking into it;"
                " please don't pay again."
            ),
        ),
    ),
    Template.TRANSFER_RECEIVED: _notice(
        ("收到转账", "{sender} 向您转账 {amount}。"),
        ("Money received", "{sender} sent you {amount}."),
    ),
    Template.PAYMENTS_RECOVERED: _notice(
        ("支付已恢复", "支付通道已恢复，可以重新付款了。"),
        ("Payments are back", "Payments work again. You can pay now."),
    ),
    Template.REFUND_SUCCEEDED: _notice(
        ("退款到账", "{merchant} 退款 {amount} 已到账。"),
        ("Refund received", "{merchant} refunded you {amount}."),
    ),
    Template.LATE_CHARGE_RETURNED: _notice(
        ("扣款已退回", "此前未成功的交易后来仍从您的银行卡扣款 {amount}，现已原路退回。"),
        (
            "Charge returned",
            "{amount} was taken from your bank card after we had told you it failed. It has been given back.",
        ),
    ),
    Template.TOP_UP_SUCCEEDED: _notice(
        ("充值成功", "充值 {amount} 已到账。"),
        ("Top-up made", "{amount} was added to your wallet."),
    ),
    Template.TOP_UP_FAILED: _notice(
        ("充值未成功", "充值 {amount} 未成功，未扣款。"),
        ("Top-up failed", "Your top-up of {amount} failed; nothing was taken."),
    ),
    Template.TOP_UP_UNDER_REVIEW: _notice(
        ("充值正在核实", "充值 {amount} 的结果仍不明确，已转人工核实，请勿重复充值。"),
        (
            "Top-up being checked",
            (
                "We still don't know how your top-up of {amount} ended. People are looking into it; please don't"
                " top up again."
            ),
        ),
    ),
    Template.WITHDRAWAL_SUCCEEDED: _notice(
        ("提现成功", "提现 {amount} 已转出。"),
        ("Withdrawal made", "{amount} was sent to your bank card."),
    ),
    Template.WITHDRAWAL_FAILED: _notice(
        ("提现未成功", "提现 {amount} 未成功，金额已退回钱包。"),
        ("Withdrawal failed", "Your withdrawal of {amount} failed; the money is in your wallet."),
    ),
    Template.WITHDRAWAL_UNDER_REVIEW: _notice(
        ("提现正在核实", "提现 {amount} 的结果仍不明确，已转人工核实，金额暂被冻结。"),
        (
            "Withdrawal being checked",
            (
                "We still don't know how your withdrawal of {amount} ended. People are looking into it; the amount"
                " stays on hold."
            ),
        ),
    ),
    Template.GOODWILL_CREDITED: _notice(
        ("补偿金到账", "客服补偿 {amount} 已到账。"),
        ("Credit received", "Support credited {amount} to your wallet as a goodwill gesture."),
    ),
    Template.SUPPORT_REPLY: _notice(
        (
            "{subject} [{token}]",
            (
                "{text}\n\n-- \nU-Wallet 客服\n直接回复本邮件即可，请保留此行：[{token}]\n"
                "请勿在邮件中发送密码、验证码或完整卡号，我们也不会索取。"
            ),
        ),
        (
            "{subject} [{token}]",
            (
                "{text}\n\n-- \nU-Wallet Support\nJust reply to this mail, and keep this line: [{token}]\n"
                "Never send passwords, codes or whole card numbers by mail; we don't ask for them."
            ),
        ),
    ),
    Template.SUPPORT_ACKNOWLEDGEMENT: _notice(
        (
            "我们已收到您的邮件 [{token}]",
            (
                "我们已收到您的邮件，将于 {time} 前答复。\n如需补充，直接回复本邮件即可，请保留此行：[{token}]\n"
                "附件不会保存。请勿在邮件中发送密码、验证码或完整卡号；账户信息请在 App 内查看。"
            ),
        ),
        (
            "We have received your mail [{token}]",
            (
                "We have received your mail and will answer by {time}.\n"
                "To add something, reply to this mail and keep this line: [{token}]\n"
                "Attachments are not kept. Never send passwords, codes or whole card numbers by mail; "
                "what concerns your account is in the app."
            ),
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message in one language, ready to be sent; an SMS has no subject."""

    subject: str
    mail: str
    sms: str


def render(template: Template, locale: Locale, values: Mapping[str, str | int]) -> Rendered:
    """Fill a template. Raises KeyError for a place that `values` leave open."""
    wording = WORDINGS[template]
    text = wording.text.fill(**values).said_in(locale)
    return Rendered(
        subject=wording.subject.fill(**values).said_in(locale),
        mail=text,
        sms=f"{SIGNATURE.said_in(locale)}{text}",
    )
