"""What is taken out of a message before it is stored: card numbers, codes, passwords. Pure.

Amounts, dates, phone numbers and our own ids stay, since the conversation is about them. Card numbers are found in
`message_cards.py`, passwords in `message_passwords.py`. What is asked of the FAQ is masked harder, in
app.support.masking.
"""

import re
from collections.abc import Iterator
from typing import Final

from app.support.conversations.message_cards import CODE_BEHIND, find_cards
from app.support.conversations.message_passwords import find_passwords
from app.support.conversations.message_shadow import shadow_of

HIDDEN: Final = "******"

Span = tuple[int, int, str]
"""From, until, and what stands there instead."""

_CODE_WORDS: Final = (
    r"(?:验证码|校验码|动态码|短信码|确认码|认证码|口令|密\s?码|(?<![a-z])(?:passcode|password|passwd|pwd|pin|otp"
    r"|(?<!error )(?<!error-)(?<!status )(?<!reason )code)(?![a-z]))"
)
_DIGITS: Final = r"(?<![0-9])(?<!\*{4})([0-9](?:[ \-]?[0-9]){3,7})(?![0-9])"
_NEAR_A_WORD: Final = re.compile(rf"{_CODE_WORDS}[^0-9\n]{{0,12}}?{_DIGITS}")
_NEXT_LINE: Final = re.compile(rf"{_CODE_WORDS}[ :=]{{0,3}}\n[ ]{{0,4}}{_DIGITS}[ ]{{0,4}}(?=\n|$)")
_BEFORE_A_WORD: Final = re.compile(
    r"(?<![0-9])([0-9]{4,8})(?![0-9])\s{0,4}(?:是|为|is)\s{0,4}(?:the|my|your|我的|我|您的|你的)?\s{0,4}"
    rf"(?:\S{{1,16}}\s)?{_CODE_WORDS}"
)
_CARD_CODE: Final = re.compile(
    r"(?:(?<![a-z])(?:cv[vc]2?|csc|security code|card code)(?![a-z])|安全码|背面.{0,2}3位(?:数字?|码)?)"
    r"(?:[^0-9\n]{0,8}?|[ :=]{0,3}\n[ ]{0,4})(?<![0-9])([0-9]{3,4})(?![0-9])"
)
_SIX: Final = re.compile(
    r"(?<![0-9a-z_@])(?<![0-9]\.)[0-9]{3}[ \-]?[0-9]{3}(?![0-9a-z_@]|\.[0-9]|,[0-9]{1,2}(?![0-9]))"
)
_CURRENCY_BEFORE: Final = re.compile(r"(?:[¥$€£]|(?<![a-z])(?:cny|rmb)\s?)\s?$")
_CURRENCY_AFTER: Final = re.compile(r"\s?(?:元|块|圆|yuan\b|cny\b|rmb\b)")
_AROUND: Final = 16
"""Characters beside a number that say what it is; to look at all of them took minutes for a text full of numbers."""
_PHONE_PART: Final = re.compile(r"[+0-9][ \-]$")
_PHONE: Final = re.compile(r"1[3-9][0-9](?:[ \-]?[0-9]{4}){2}(?![0-9])")
_DATE: Final = re.compile(r"20[0-9]{2}(?:\s?年|-[01]?[0-9]-[0-3]?[0-9](?![0-9]))")
_COUNTED: Final = re.compile(
    r"\s?(?:年|次|笔|天|分钟|小时|个|位|times|days|hours|minutes|characters)"
)
_LAST_FOUR: Final = re.compile(
    r"(?:尾号|[后末]4位|last (?:four|4)(?: digits)?|end(?:s|ing)(?: in)?)\s?(?:是|为|is)?[: ]?\s?$"
)
_GLUED: Final = re.compile(r"[a-z0-9!@#$%^&+_~]{0,128}")
_GLUED_BEFORE: Final = re.compile(r"[a-z0-9!@#$%^&+_~]{0,64}$")


def mask_message(text: str) -> str:
    """`text` without card numbers (their last four stay), codes and passwords, in digits of any script.

    >>> mask_message("卡 6222 0212 3456 7890 128 付了 12800，验证码 123456")
    '卡 ****0128 付了 12800，验证码 ******'
    """
    shadow = shadow_of(text)
    hidden = [(start, end, HIDDEN) for start, end in find_passwords(shadow)]
    spans = sorted(
        [*_cards(shadow), *_codes(shadow), *hidden], key=lambda span: (span[0], -span[1])
    )
    parts, done = [], 0
    for start, end, instead in spans:
        if start >= done:
            parts += [text[done:start], instead]
        done = max(done, end)
    return "".join([*parts, text[done:]])


def _cards(shadow: str) -> Iterator[Span]:
    """Card numbers, and the code on the back that follows one."""
    for start, end, shown in find_cards(shadow):
        yield start, end, f"****{shown}"
        code = CODE_BEHIND.match(shadow, end)
        if code is not None:
            yield code.start(1), code.end(1), HIDDEN


def _codes(shadow: str) -> Iterator[Span]:
    for found in _NEAR_A_WORD.finditer(shadow):
        if not _says_something_else(shadow, found.start(1), found.end(1)):
            yield (*_with_what_is_glued(shadow, *found.span(1)), HIDDEN)
    for pattern in (_NEXT_LINE, _BEFORE_A_WORD, _CARD_CODE):
        for found in pattern.finditer(shadow):
            yield found.start(1), found.end(1), HIDDEN
    for found in _SIX.finditer(shadow):
        before, after = _around(shadow, found.start(), found.end())
        is_part = _PHONE_PART.search(before) or re.match(r"[ \-][0-9]", after)
        if not _is_amount(before, after) and not is_part:
            yield found.start(), found.end(), HIDDEN


def _says_something_else(shadow: str, start: int, end: int) -> bool:
    """Whether a number beside a word for codes is a sum, a date, a phone number, a count or a card's end."""
    before, after = _around(shadow, start, end)
    return bool(
        _is_amount(before, after)
        or _PHONE.match(shadow, start)
        or _DATE.match(shadow, start)
        or _COUNTED.match(after)
        or _LAST_FOUR.search(before)
    )


def _around(shadow: str, start: int, end: int) -> tuple[str, str]:
    return shadow[max(0, start - _AROUND) : start], shadow[end : end + _AROUND]


def _is_amount(before: str, after: str) -> bool:
    return bool(_CURRENCY_BEFORE.search(before) or _CURRENCY_AFTER.match(after))


def _with_what_is_glued(shadow: str, start: int, end: int) -> tuple[int, int]:
    """A code and the letters and signs right beside it: half of a password is as good as the whole."""
    before = _GLUED_BEFORE.search(shadow, max(0, start - 64), start)
    after = _GLUED.match(shadow, end)
    return (before.start() if before else start), (after.end() if after else end)
