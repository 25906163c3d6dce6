"""Ids: an object's kind, an underscore and a UUIDv7 in base 32, so that they sort by time.

To a client an id is opaque (contract, section 2).
"""

from typing import Final

from typeid import TypeID

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32, in which TypeIDs are written."""


def new_id(prefix: str) -> str:
    """A fresh id such as `pay_01h455vb4pex5vsknk084sn02q`; `prefix` is the kind without underscore."""
    return str(TypeID(prefix=prefix))


def derived_id(prefix: str, at_ms: int, digest: bytes) -> str:
    """An id like any other that always comes out the same: from a moment and 10 bytes of a keyed digest or more.

    For rows that are numbered in the database, when the number would tell a client how many there are.
    """
    raw = bytearray(at_ms.to_bytes(6) + digest[:10])
    raw[6], raw[8] = 0x70 | raw[6] & 0x0F, 0x80 | raw[8] & 0x3F  # version 7, the RFC's variant
    number = int.from_bytes(raw)
    suffix = "".join(_ALPHABET[number >> 5 * place & 31] for place in reversed(range(26)))
    return str(TypeID(prefix=prefix, suffix=suffix))
