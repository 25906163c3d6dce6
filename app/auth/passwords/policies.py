"""The three policies for login passwords, as rows of a table. How a row is applied: `login.py`."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

MAX_LENGTH: Final = 128
"""Longest login password in code points (contract, section 10); never truncated."""
LONGEST_SPELLING: Final = 4 * MAX_LENGTH
"""The most code points that spell a password of that length: NFC joins up to four into one.

Normalising takes a time that grows with the square of a run of combining marks (a second and more for a body full of
them), so nothing longer is normalised.
"""


@dataclass(frozen=True, slots=True)
class PasswordPolicy:
    """What a login password must have. Lengths are code points after NFC.

    `composition_below` is the length under which a letter, a digit and a special character are
    asked for; at that length or above none is. Common passwords, the user's own identifiers and
    the service's name are refused by every policy.
    """

    name: str
    min_length: int
    composition_below: int
    max_length: int = MAX_LENGTH


_ALWAYS: Final = MAX_LENGTH + 1
_NEVER: Final = 0

COMPOSITION: Final = PasswordPolicy("composition", min_length=8, composition_below=_ALWAYS)
"""The default (contract, section 10): 8 characters with a letter, a digit and a special one."""

HYBRID: Final = PasswordPolicy("hybrid", min_length=8, composition_below=15)
"""Composition for short passwords; a passphrase of 15 or more may be made of anything."""

NIST: Final = PasswordPolicy("nist", min_length=15, composition_below=_NEVER)
"""NIST SP 800-63B-4, section 3.1.1.2: 15 where the password is the only factor, no composition."""

PASSWORD_POLICIES: Final = MappingProxyType(
    {policy.name: policy for policy in (COMPOSITION, HYBRID, NIST)}
)
"""Policies by the value of the setting `WALLET_PASSWORD_POLICY`."""
