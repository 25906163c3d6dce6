"""Why an agent looks at a customer: the header of the contract, section 8. Pure."""

from typing import Final
from urllib.parse import unquote_to_bytes

from app.core.errors import ACCESS_REASON_REQUIRED

HEADER: Final = "X-Access-Reason"
SHORTEST, LONGEST = 10, 500  # characters, once decoded


def read_access_reason(written: str | None) -> str:
    """The reason as a person wrote it: a conversation's id or a text, percent-encoded UTF-8 outside ASCII.

    Raises ACCESS_REASON_REQUIRED where it is missing, too short or too long, no UTF-8, or holds control characters.
    """
    try:
        reason = unquote_to_bytes(written or "").decode().strip()
    except UnicodeDecodeError:
        raise ACCESS_REASON_REQUIRED() from None
    if not SHORTEST <= len(reason) <= LONGEST or not reason.isprintable():
        raise ACCESS_REASON_REQUIRED()
    return reason
