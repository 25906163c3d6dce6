"""What a mail becomes as a message: its new part, masked, with a word about what is missing. Pure."""

from app.core.locale import Text
from app.support.conversations.message_masking import mask_message
from app.support.mailroom.letters import Letter
from app.support.mailroom.rules import MESSAGE_MAX

_EMPTY = Text("（邮件没有文字）", "(The mail has no text.)")
_CUT = Text("……（过长，已截断）", "… (cut: too long)")
_ATTACHMENTS = Text("（附件未保存：{names}）", "(Attachments not kept: {names})")
_LOOKED_AT = MESSAGE_MAX * 3


def message_text(letter: Letter) -> str:
    """The words of a mail, masked before they are cut, so that no half of a card number is left."""
    said = mask_message(letter.text[:_LOOKED_AT]).strip() or _EMPTY.said_in(letter.locale)
    names = mask_message(", ".join(letter.attachments))
    notice = _ATTACHMENTS.fill(names=names).said_in(letter.locale) if names else ""
    room = MESSAGE_MAX - len(notice) - len(_CUT.said_in(letter.locale)) - 2
    if len(said) > room or len(letter.text) > _LOOKED_AT:
        said = said[: max(room, 1)] + _CUT.said_in(letter.locale)
    return f"{said}\n\n{notice}" if notice else said
