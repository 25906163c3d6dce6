"""What is taken out of people's own words before they are stored: no number that could be a secret. Pure."""

import re
import unicodedata
from typing import Final

_LONG_NUMBER: Final = re.compile(r"\d(?:[\s.\-_]*\d){3,}")
"""Four digits or more, in any script, also with separators: a code, a card, a phone number."""
_ADDRESS: Final = re.compile(r"[^\s@]+@[^\s@]+")
_ID: Final = re.compile(r"[a-z]{2,5}_[0-7][0-9a-hjkmnp-tv-z]{25}")
"""An id of ours, whose digits are no secret."""


def mask(text: str) -> str:
    """`text` with every longer number as `#` and every e-mail address as `@`.

    >>> mask("卡 6222 0212 3456 收不到 123456")
    '卡 # 收不到 #'
    """
    return _ADDRESS.sub("@", _LONG_NUMBER.sub("#", unicodedata.normalize("NFKC", text)))


def mask_reason(reason: str) -> str:
    """Why an agent looked, as it is kept: the id of a conversation or call whole, all else masked."""
    return reason if _ID.fullmatch(reason) else mask(reason)
