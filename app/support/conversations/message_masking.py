"""What is taken out of a message before it is stored: card numbers, codes, passwords. Pure.

Amounts, dates, phone numbers and our own ids stay, since the conversation is about them. What is asked of the FAQ is
masked harder, in app.support.masking.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from stdnum import luhn

from app.banking.issuers import find_card_product

CARD_LENGTHS: Final = range(12, 20)
HIDDEN: Final = "******"
SHOWN: Final = 4
"""Of a card number: the last four (PCI DSS; support.md, "Agents and trust")."""

Span = tuple[int, int, str]
"""From, until, and what stands there instead."""

_HAN_DIGITS: Final = dict(zip("〇零一二三四五六七八九", "00123456789", strict=True))
_CODE_WORDS: Final = (
    r"(?:验证码|校验码|动态码|短信码|确认码|口令|密码|\bpasscode\b|\bpassword\b|\bpwd\b|\bpin\b|\botp\b"
    r"|(?<!error )(?<!error-)(?<!status )(?<!reason )\bcode\b)"
)
_NUMBER_RUN: Final = re.compile(r"[0-9](?:[ .\-/_|]{0,3}[0-9]){11,}")
_GROUP: Final = re.compile(r"[0-9]+")
_NEAR_A_WORD: Final = re.compile(
    rf"{_CODE_WORDS}[^0-9\n]{{0,12}}?(?<![0-9])([0-9](?:[ \-]?[0-9]){{3,7}})(?![0-9])"
)
_BEFORE_A_WORD: Final = re.compile(
    rf"(?<![0-9])([0-9]{{4,8}})(?![0-9])\s*(?:是|为|is)\s*(?:the|my|your|我的|我|您的|你的)?\s*(?:\S{{1,16}}\s)?{_CODE_WORDS}"
)
_CARD_CODE: Final = re.compile(r"(?:\bcv[vc]2?\b|安全码)[^0-9\n]{0,8}?([0-9]{3,4})(?![0-9])")
_SIX: Final = re.compile(
    r"(?<![0-9a-z_@])(?<![0-9]\.)[0-9]{3}[ \-]?[0-9]{3}(?![0-9a-z_@]|\.[0-9]|,[0-9]{1,2}(?![0-9]))"
)
_CURRENCY_BEFORE: Final = re.compile(r"(?:[¥$€£]|\b(?:cny|rmb)\s?)\s?$")
_CURRENCY_AFTER: Final = re.compile(r"\s?(?:元|块|圆|yuan\b|cny\b|rmb\b)")
_AROUND: Final = 16
"""Characters beside a number that say what it is; to look at all of them took minutes for a text full of numbers."""
_PHONE_PART: Final = re.compile(r"[+0-9][ \-]$")
_PASSWORD: Final = re.compile(
    r"(?:密码|口令|\bpassword|\bpasswd|\bpassphrase|\bpwd)\s*(?:(是|为|\bis\b|\bwas\b)\s*[:=]?|([:=]))\s*[\"'“‘「]?([!-~]{4,128})"
)


def mask_message(text: str) -> str:
    """`text` without card numbers (their last four stay), codes and passwords, in digits of any script.

    >>> mask_message("卡 6222 0212 3456 7890 128 付了 12800，验证码 123456")
    '卡 ****0128 付了 12800，验证码 ******'
    """
    shadow = "".join(_plain(char) for char in text)
    spans = sorted(
        [*_cards(shadow), *_codes(shadow), *_passwords(shadow)],
        key=lambda span: (span[0], -span[1]),
    )
    parts, done = [], 0
    for start, end, instead in spans:
        if start >= done:
            parts += [text[done:start], instead]
        done = max(done, end)
    return "".join([*parts, text[done:]])


def _plain(char: str) -> str:
    """One character as the patterns know it: ASCII digits and small letters, one kind of blank and dash."""
    if char.isascii():
        return char.lower() if char not in "\t\r\v\f" else " "
    digit = unicodedata.digit(char, None)
    if digit is not None:
        return str(digit)
    if char in _HAN_DIGITS:
        return _HAN_DIGITS[char]
    category = unicodedata.category(char)
    if category in ("Zs", "Cf"):
        return " "
    if category == "Pd" or char in "·•−－ー":
        return "-"
    folded = unicodedata.normalize("NFKC", char).lower()
    # Punctuation of full width ends a password; what else is folded is a letter, or says that one follows.
    return folded if len(folded) == 1 and (folded.isalpha() or folded in ":=¥$@#") else char


def _cards(shadow: str) -> Iterator[Span]:
    for run in _NUMBER_RUN.finditer(shadow):
        groups = [(it.start(), it.end()) for it in _GROUP.finditer(shadow, run.start(), run.end())]
        at = 0
        while at < len(groups):
            size = next(
                (
                    size
                    for size in range(min(len(groups) - at, CARD_LENGTHS.stop - 1), 0, -1)
                    if _is_card([shadow[start:end] for start, end in groups[at : at + size]])
                ),
                0,
            )
            if size:
                start, end = groups[at][0], groups[at + size - 1][1]
                last = _GROUP.findall(shadow[start:end])
                yield start, end, "****" + "".join(last)[-SHOWN:]
            at += max(size, 1)


def _is_card(groups: list[str]) -> bool:
    """Whether groups of digits are one card number: by their length, their layout, and check digit or issuer."""
    number = "".join(groups)
    if len(number) not in CARD_LENGTHS or len(set(number)) == 1:
        return False
    sizes = [len(group) for group in groups[:-1]]
    spaced_out = len(set(sizes)) == 1 and sizes[0] <= 2 and len(groups[-1]) <= sizes[0]
    if not spaced_out and not all(3 <= size <= 6 for size in sizes):
        return False  # a date and a time, or a phone number and an amount
    return luhn.is_valid(number) or (len(number) >= 16 and find_card_product(number) is not None)


def _codes(shadow: str) -> Iterator[Span]:
    for pattern in (_NEAR_A_WORD, _BEFORE_A_WORD, _CARD_CODE):
        for found in pattern.finditer(shadow):
            yield found.start(1), found.end(1), HIDDEN
    for found in _SIX.finditer(shadow):
        before = shadow[max(0, found.start() - _AROUND) : found.start()]
        after = shadow[found.end() : found.end() + _AROUND]
        is_amount = _CURRENCY_BEFORE.search(before) or _CURRENCY_AFTER.match(after)
        is_part = _PHONE_PART.search(before) or re.match(r"[ \-][0-9]", after)
        if not is_amount and not is_part:
            yield found.start(), found.end(), HIDDEN


def _passwords(shadow: str) -> Iterator[Span]:
    for found in _PASSWORD.finditer(shadow):
        word, colon, secret = found.group(1), found.group(2), found.group(3)
        in_chinese = word in ("是", "为")
        if colon or in_chinese or not secret.rstrip(".,!?;:").isalpha():
            yield found.start(3), found.end(3), HIDDEN
