"""Which part of a mail is new, and which is quoted. Pure.

The library mail-parser-reply knows how clients of many languages introduce what they quote. Its patterns take minutes
for pages of blank lines, so it sees a shadow of the text: short lines, no two blank ones in a row, not too many.
"""

import re
from typing import Final

from app.support.mailroom.rules import MOST_LINES

_LANGUAGES: Final = ("en", "zh", "ja", "ko", "de", "fr", "es", "it")
_LONGEST_LINE: Final = 120
_QUOTED: Final = re.compile(r" {0,3}>")
_INTRODUCED: Final = re.compile(
    r"(?:在 ?[0-9]{4}.{0,150}写道[:：]|-{2,20} ?(?:原始邮件|回复的原邮件|Original) ?.{0,20}-{2,20}"
    r"|(?:发件人|寄件者)[:：] ?\S.{0,150})$"
)
"""What Chinese clients write above a quotation."""


def new_part(text: str) -> str:
    """What was written now, above the quotation; the whole text where nothing else is left."""
    lines = text.split("\n")
    fresh = lines[: _end_of_new(lines)]
    while fresh and (not fresh[-1].strip() or _QUOTED.match(fresh[-1])):
        fresh.pop()
    return "\n".join(fresh).strip() or text.strip()


def _end_of_new(lines: list[str]) -> int:
    """The number of lines above the first quotation that is introduced."""
    introduced = (number for number, line in enumerate(lines) if _INTRODUCED.match(line.strip()))
    return min(next(introduced, len(lines)), _end_by_library(lines))


def _end_by_library(lines: list[str]) -> int:
    from mailparser_reply import EmailReplyParser  # noqa: PLC0415  # only where mail comes in

    shadow, numbers = _shadow(lines)
    if not shadow:
        return len(lines)
    reply = EmailReplyParser(languages=list(_LANGUAGES)).parse_reply("\n".join(shadow))
    if not reply:
        return 0
    kept = reply.count("\n") + 1
    return numbers[kept] if kept < len(numbers) else len(lines)


def _shadow(lines: list[str]) -> tuple[list[str], list[int]]:
    """The lines that the library sees, beginning with words, and where each stands in the text."""
    shadow: list[str] = []
    numbers: list[int] = []
    for number, line in enumerate(lines):
        short = line.strip()[:_LONGEST_LINE]
        if short or (shadow and shadow[-1]):
            shadow.append(short)
            numbers.append(number)
        if len(shadow) >= MOST_LINES:
            break
    return shadow, numbers
