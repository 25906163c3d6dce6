"""Signed names of cases, as they stand in addresses, subjects and the foot of a mail. Pure.

A token is `c.<case>.<mac>` in small letters only: mail programs change the case of addresses, and no letter passes for
a verification code. Whoever holds one was written to by us; that alone makes nobody a participant.
"""

import hmac
import re
from collections.abc import Iterator
from typing import Final

from app.core.security import KeyRing
from app.support.mailroom.rules import SUPPORT_DOMAIN, SUPPORT_LOCAL

_PREFIX: Final = "cnv_"
_BASE32: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_ID_LENGTH: Final = 26
_CASE_LENGTH: Final = 28  # letters that 130 bits need
_MAC_BYTES: Final = 8
_MAC_LENGTH: Final = 14  # letters that they need

_TOKEN: Final = re.compile(rf"c\.([a-z]{{{_CASE_LENGTH}}})\.([a-z]{{{_MAC_LENGTH}}})(?![a-z])")


class CaseTokens:
    """Makes and recognises the tokens of conversations under the service's key."""

    def __init__(self, keys: KeyRing) -> None:
        self._key = keys.derive("mail-case-token")

    def token_of(self, conversation_id: str) -> str:
        """The token of a conversation. Raises ValueError for what is no id of one."""
        case = _spell(_number(conversation_id), _CASE_LENGTH)
        return f"c.{case}.{self._mac(conversation_id)}"

    def address_of(self, conversation_id: str) -> str:
        """Where a reply about the conversation is sent to."""
        return f"{SUPPORT_LOCAL}+{self.token_of(conversation_id)}@{SUPPORT_DOMAIN}"

    def conversations_in(self, text: str) -> Iterator[str]:
        """The ids whose tokens stand in a text, in order, and are signed by us."""
        for case, mac in _TOKEN.findall(text.lower()):
            conversation_id = _id_of(_read(case))
            if conversation_id and hmac.compare_digest(mac, self._mac(conversation_id)):
                yield conversation_id

    def _mac(self, conversation_id: str) -> str:
        digest = hmac.digest(self._key, conversation_id.encode(), "sha256")[:_MAC_BYTES]
        return _spell(int.from_bytes(digest), _MAC_LENGTH)


def _number(conversation_id: str) -> int:
    suffix = conversation_id.removeprefix(_PREFIX)
    if len(suffix) != _ID_LENGTH or suffix == conversation_id:
        raise ValueError("no conversation's id")
    number = 0
    for char in suffix:
        number = number * len(_BASE32) + _BASE32.index(char)
    return number


def _id_of(number: int) -> str | None:
    chars: list[str] = []
    for _ in range(_ID_LENGTH):
        number, rest = divmod(number, len(_BASE32))
        chars.append(_BASE32[rest])
    return None if number else _PREFIX + "".join(reversed(chars))


def _spell(number: int, length: int) -> str:
    letters: list[str] = []
    for _ in range(length):
        number, rest = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[rest])
    return "".join(reversed(letters))


def _read(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * len(_LETTERS) + _LETTERS.index(letter)
    return number
