"""Whole numbers as they are written out in Chinese: 三, 十二, 一百二十八, 两万. Pure."""

from typing import Final

_DIGITS: Final = {char: n for n, char in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_UNITS: Final = {"十": 10, "百": 100, "千": 1_000}
_MYRIAD: Final = 10_000
CHINESE_NUMBER: Final = f"[{''.join((*_DIGITS, *_UNITS, '万'))}]+"
"""What matches such a number in a regular expression."""


def read_chinese_number(written: str) -> int:
    """The number; a unit without a digit before it counts once (十二 is 12), a digit after a unit its next
    smaller one only where 零 says so not (一百五 is 150)."""
    before, _, after = written.rpartition("万")
    if "万" in written:
        rest = _below_a_myriad(after, _MYRIAD)
        return (read_chinese_number(before) if before else 1) * _MYRIAD + rest
    return _below_a_myriad(written, 1)


def _below_a_myriad(written: str, unit_before: int) -> int:
    total, digit, last_unit, after_zero = 0, 0, unit_before, False
    for char in written:
        if char in _UNITS:
            last_unit = _UNITS[char]
            total += (digit or 1) * last_unit
            digit, after_zero = 0, False
        else:
            digit = digit * 10 + _DIGITS[char]
            after_zero = after_zero or _DIGITS[char] == 0
    shortened = last_unit > 10 and 0 < digit < 10 and not after_zero
    return total + (digit * last_unit // 10 if shortened else digit)
