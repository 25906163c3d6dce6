"""The words of a query that say nothing, and those that say the same: `data/vocabulary.toml`."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from app.support.faq.segmentation import is_chinese, normalise


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Fillers, what is looked for by each word that has synonyms, and a pattern for both."""

    fillers: frozenset[str]
    synonyms: Mapping[str, tuple[str, ...]]
    known_in_chinese: re.Pattern[str]

    def split_chinese(self, run: str) -> Iterator[str]:
        """`run` cut at known words, the longest first: `付款失败怎么办` as 付款, 失败, 怎么办."""
        return (piece for piece in self.known_in_chinese.split(run) if piece)


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary, read once per process. Raises ValueError for a word in two groups."""
    text = files(__package__).joinpath("data/vocabulary.toml").read_text(encoding="utf-8")
    raw = tomllib.loads(text)
    fillers = frozenset(map(normalise, raw["fillers"]))
    synonyms = _by_word(raw["synonyms"])
    known = sorted(filter(is_chinese, fillers | synonyms.keys()), key=len, reverse=True)
    return Vocabulary(fillers, synonyms, re.compile(f"({'|'.join(map(re.escape, known))})"))


def _by_word(groups: Iterable[Iterable[str]]) -> dict[str, tuple[str, ...]]:
    by_word: dict[str, tuple[str, ...]] = {}
    for group in groups:
        words = tuple(map(normalise, group))
        looked_for = tuple(word for word in words if not _is_covered(word, words))
        for word in words:
            if word in by_word:
                raise ValueError(f"{word} is in two groups of synonyms")
            by_word[word] = looked_for
    return by_word


def _is_covered(word: str, group: Iterable[str]) -> bool:
    """Whether a shorter word of the group finds `word` as a prefix; twice would count it twice."""
    return any(word != other and word.startswith(other) for other in group) and not is_chinese(word)
