"""The words of a query that say nothing, and those that say the same; the first ones are in `data/vocabulary.toml`."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from app.support.faq.segmentation import is_chinese, normalise


class WordTwiceError(ValueError):
    """A word is in two groups of synonyms."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Fillers, what is looked for by each word that has synonyms, and a pattern for both."""

    fillers: frozenset[str]
    synonyms: Mapping[str, tuple[str, ...]]
    known_in_chinese: re.Pattern[str]

    def split_chinese(self, run: str) -> Iterator[str]:
        """`run` cut at known words, the longest first: `付款失败怎么办` as 付款, 失败, 怎么办."""
        return (piece for piece in self.known_in_chinese.split(run) if piece)


Groups = tuple[tuple[str, ...], ...]


@cache
def seed_words() -> tuple[tuple[str, ...], Groups]:
    """The fillers and the groups of synonyms that a new database starts with; editors change the latter."""
    text = files(__package__).joinpath("data/vocabulary.toml").read_text(encoding="utf-8")
    raw = tomllib.loads(text)
    return tuple(raw["fillers"]), tuple(map(tuple, raw["synonyms"]))


@lru_cache(maxsize=8)
def build_vocabulary(fillers: tuple[str, ...], synonyms: Groups) -> Vocabulary:
    """The vocabulary of these words. Raises WordTwiceError for a word in two groups.

    It is remembered by its words, so that processes can't disagree about it.
    """
    left_out = frozenset(map(normalise, fillers))
    by_word = _by_word(synonyms)
    known = sorted(filter(is_chinese, left_out | by_word.keys()), key=len, reverse=True)
    pattern = "|".join(map(re.escape, known)) or "(?!)"
    return Vocabulary(left_out, by_word, re.compile(f"({pattern})"))


def seed_vocabulary() -> Vocabulary:
    """The vocabulary of a new database."""
    return build_vocabulary(*seed_words())


def _by_word(groups: Iterable[Iterable[str]]) -> dict[str, tuple[str, ...]]:
    by_word: dict[str, tuple[str, ...]] = {}
    for group in groups:
        words = tuple(map(normalise, group))
        looked_for = tuple(word for word in words if not _is_covered(word, words))
        for word in words:
            if word in by_word:
                raise WordTwiceError(word)
            by_word[word] = looked_for
    return by_word


def _is_covered(word: str, group: Iterable[str]) -> bool:
    """Whether a shorter word of the group finds `word` as a prefix; twice would count it twice."""
    return any(word != other and word.startswith(other) for other in group) and not is_chinese(word)
