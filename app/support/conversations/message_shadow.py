"""A message as the patterns of masking know it, character by character. Pure."""

import unicodedata
from typing import Final

_HAN_DIGITS: Final = dict(zip("〇零一二三四五六七八九", "00123456789", strict=True))
_SIMPLIFIED: Final = dict(
    zip(
        "碼驗證為動態確認設應該這個帳戶號錄輸還當",
        "码验证为动态确认设应该这个帐户号录输还当",
        strict=True,
    )
)
"""Of the traditional characters, those that the patterns name."""
_SAME: Final = {"Zl": "\n", "Zp": "\n", "Zs": " ", "Cf": " ", "Pd": "-"}
"""By their category: ends of lines, blanks and what has no width, dashes."""
_FOLDED_SIGNS: Final = ":=¥$@#"


def shadow_of(text: str) -> str:
    """As long as `text`: ASCII digits and small letters, simplified words, one kind of blank and dash."""
    return "".join(_plain(char) for char in text)


def _plain(char: str) -> str:
    if char.isascii():
        return char.lower() if char not in "\t\r\v\f" else " "
    if char in _SIMPLIFIED:
        return _SIMPLIFIED[char]
    digit = unicodedata.digit(char, None)
    if digit is not None or char in _HAN_DIGITS:
        return _HAN_DIGITS.get(char, str(digit))
    return _plain_sign(char)


def _plain_sign(char: str) -> str:
    """A letter, blank or sign beyond ASCII."""
    category = unicodedata.category(char)
    if category in _SAME:
        return _SAME[category]
    if char in "·•−－ー":
        return "-"
    folded = unicodedata.normalize("NFKC", char).lower()
    # Punctuation of full width ends a password; what else is folded is a letter, or says that one follows.
    return folded if len(folded) == 1 and (folded.isalpha() or folded in _FOLDED_SIGNS) else char
