"""Ids: an object's kind, an underscore and a UUIDv7 in base 32, so that they sort by time.

To a client an id is opaque (contract, section 2).
"""

from typeid import TypeID


def new_id(prefix: str) -> str:
    """A fresh id such as `pay_01h455vb4pex5vsknk084sn02q`; `prefix` is the kind without underscore."""
    return str(TypeID(prefix=prefix))
