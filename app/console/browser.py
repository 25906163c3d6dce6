"""What the console keeps in a browser, and how it knows its own forms again.

The session's token is in a cookie that no script can read and no other site can send. Beside it lies a sealed note with
why the agent opened which customer, so that nobody has to type a reason twice. Pure.
"""

import hmac
import json
from collections.abc import Mapping
from typing import Final

from app.core.sealing import BrokenSealError, Seal
from app.core.security import KeyRing

SESSION_COOKIE: Final = "console_session"
REASONS_COOKIE: Final = "console_reasons"
LOCALE_COOKIE: Final = "console_locale"
CSRF_FIELD: Final = "csrf"
CSRF_HEADER: Final = "X-Csrf"
MAX_NOTE: Final = 3_500  # characters of the sealed note: a cookie holds 4 KiB


class Browser:
    """Makes and reads the marks that a browser carries, under the keys of this service."""

    def __init__(self, keys: KeyRing) -> None:
        self._csrf_key = keys.derive("console-csrf")
        self._seal = Seal(keys.derive("console-reasons"))

    def csrf(self, session_id: str) -> str:
        """What every form of this session carries: another site can't know it."""
        return hmac.new(self._csrf_key, session_id.encode(), "sha256").hexdigest()

    def is_ours(self, session_id: str, given: str) -> bool:
        """Whether a form came from a page of this session."""
        return hmac.compare_digest(self.csrf(session_id).encode(), given.encode())

    def write_reasons(self, session_id: str, reasons: Mapping[str, str]) -> str:
        """The sealed note for a session: the newest reasons, as many as a cookie holds."""
        kept = list(reasons.items())
        while True:
            note = self._seal.close(json.dumps(dict(kept), ensure_ascii=False), session_id)
            if len(note) <= MAX_NOTE:
                return note
            kept.pop(0)

    def read_reasons(self, session_id: str, note: str | None) -> dict[str, str]:
        """The reasons by customer; none where the note is missing, another session's or tampered with."""
        if not note:
            return {}
        try:
            return dict(json.loads(self._seal.open(note, session_id)))
        except BrokenSealError:
            return {}
