"""Passwords that everybody tries first: the vendored list, and what counts as being on it.

The list and its origin: `data/README.md`. Which other rules a password must meet: `login.py`.
"""

import gzip
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from app.auth.passwords.policies import LONGEST_SPELLING, MAX_LENGTH

DECORATED_RANK = 2_000
"""How far down the list a word still counts as common once digits or signs are put around it.

Whole passwords are compared with every line. A decorated one (`Password123!`) only with the head:
further down are ordinary words, and refusing those with two digits and a sign would tell honest
people to go away without stopping a guesser who has five tries.
"""

_SIGNS_AT_THE_ENDS = re.compile(r"\A[\W_]+|[\W_]+\Z")
_DIGITS_AND_SIGNS_AT_THE_END = re.compile(r"[\W\d_]+\Z")
_DIGITS_AND_SIGNS_AT_THE_START = re.compile(r"\A[\W\d_]+")
_LOOKALIKES = str.maketrans("@431!05$7", "aaeiiosst")


@dataclass(frozen=True, slots=True)
class CommonPasswords:
    """The list in memory: every line, and the head that is refused in decorated form too."""

    every: frozenset[str]
    head: frozenset[str]


@cache
def common_passwords() -> CommonPasswords:
    """The vendored list, read once per process (about 20 ms) at the first password that is set."""
    packed = files(__package__).joinpath("data/common_passwords.txt.gz").read_bytes()
    ranked = gzip.decompress(packed).decode("utf-8").split()
    return CommonPasswords(frozenset(ranked), frozenset(ranked[:DECORATED_RANK]))


def fold_for_comparison(text: str) -> str:
    """`text` as it is compared with words: full-width forms unified (NFKC), case folded.

    What lies beyond the longest spelling of a password is left out, which bounds the work.
    """
    return unicodedata.normalize("NFKC", text[:LONGEST_SPELLING]).casefold()


def is_common(password: str) -> bool:
    """Whether `password` is on the list in any case, or a common word with ornaments.

    Ornaments are signs around any entry (`!qwerty12345!`); any entry, or one character, repeated
    throughout; digits and signs around one of the first 2,000 where they are no longer than the
    word (`Password123!`, `2024-dragon`); and letters written as look-alikes (`P@ssw0rd1`).
    What is too long to be a password is not compared at all, which bounds the work.
    """
    if not 0 < len(password) <= MAX_LENGTH:
        return False
    folded = fold_for_comparison(password)
    listed = common_passwords()
    block = folded[: (folded + folded).find(folded, 1)]
    if len(block) == 1 or block in listed.every:
        return True
    if _SIGNS_AT_THE_ENDS.sub("", folded) in listed.every:
        return True
    return any(word in listed.head and len(folded) <= 2 * len(word) for word in _bare_words(folded))


def _bare_words(folded: str) -> Iterator[str]:
    """What is left of `folded` without its ornaments; its end goes first, for `$ecret99`."""
    without_end = _DIGITS_AND_SIGNS_AT_THE_END.sub("", folded)
    without_both = _DIGITS_AND_SIGNS_AT_THE_START.sub("", without_end)
    for word in (without_end, without_both):
        yield word
        yield word.translate(_LOOKALIKES)
