"""What is stored to be searched, and what a user's words become in SQLite and PostgreSQL.

SQLite: an FTS5 table with `tokenize='unicode61'` and `prefix='2 3'`. PostgreSQL: a
`to_tsvector('simple', …)` per column, asked with `to_tsquery('simple', …)`. Both are given text
that is cut already, so both find the same. No stemmer: it turns `pay` into `pai`, and then the
prefix search fails.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from app.support.faq.segmentation import bigrams, is_chinese, runs, terms_of_text
from app.support.faq.vocabulary import Vocabulary

TITLE_WEIGHT: Final = 5.0
TAGS_WEIGHT: Final = 3.0
BODY_WEIGHT: Final = 1.0
"""Weights for `bm25`, one per column of `IndexedText`."""

POSTGRES_WEIGHTS: Final = (BODY_WEIGHT / TITLE_WEIGHT, 0.0, TAGS_WEIGHT / TITLE_WEIGHT, 1.0)
"""The same for `ts_rank_cd(…, 1)`, in its order D, C, B, A: body D, tags B, title A.

Measured on the seed: so every title finds its own article first; `ts_rank(…, 1)` misses eight.
"""

MAX_QUERY_LENGTH: Final = 200
"""Characters of a query that are looked at; the rest of a longer one is ignored."""

MAX_CONCEPTS: Final = 16
"""Concepts of a query that are looked for: enough for a sentence, bounded for the database."""


@dataclass(frozen=True, slots=True)
class IndexedText:
    """An article cut into terms, column by column, each a string of terms with blanks between."""

    title: str
    body: str
    tags: str


@dataclass(frozen=True, slots=True)
class _Term:
    """One indexed unit; words of Latin and other alphabets also match as prefixes."""

    text: str
    is_prefix: bool


_Alternative = tuple[_Term, ...]
"""Terms that must all occur: the bigrams of a Chinese word, or one other word."""
_Concept = tuple[_Alternative, ...]
"""Ways to say one thing: a word of the query and its synonyms."""


def index_text(title: str, body: str, tags: Iterable[str]) -> IndexedText:
    """The form of an article that goes into the search table."""
    columns = (title, body, " ".join(tags))
    return IndexedText(*(" ".join(terms_of_text(column)) for column in columns))


def sqlite_match(query: str, vocabulary: Vocabulary, *, any_concept: bool = False) -> str | None:
    """`query` as an FTS5 MATCH expression; None where it holds nothing to look for.

    Every concept of the query must occur, or one of them with `any_concept`, which a caller tries
    when the first finds nothing. Whatever the user typed, the expression is well-formed.
    """
    concepts = _concepts(query, vocabulary)
    return _expression(concepts, _sqlite_term, " AND ", " OR ", any_concept=any_concept)


def postgres_query(query: str, vocabulary: Vocabulary, *, any_concept: bool = False) -> str | None:
    """`query` as an argument for `to_tsquery('simple', …)`; see `sqlite_match`."""
    concepts = _concepts(query, vocabulary)
    return _expression(concepts, _postgres_term, " & ", " | ", any_concept=any_concept)


def _expression(
    concepts: Sequence[_Concept],
    write_term: Callable[[_Term], str],
    all_of: str,
    any_of: str,
    *,
    any_concept: bool,
) -> str | None:
    if not concepts:
        return None
    written = (
        _group(any_of, (_group(all_of, map(write_term, terms)) for terms in concept))
        for concept in concepts
    )
    return _group(any_of if any_concept else all_of, written)


def _group(operator: str, parts: Iterable[str]) -> str:
    return f"({operator.join(parts)})"


def _sqlite_term(term: _Term) -> str:
    return f'"{term.text}"*' if term.is_prefix else f'"{term.text}"'


def _postgres_term(term: _Term) -> str:
    return f"'{term.text}':*" if term.is_prefix else f"'{term.text}'"


def _concepts(query: str, vocabulary: Vocabulary) -> Sequence[_Concept]:
    """What the query asks about: its words without fillers, each with its synonyms, once."""
    words = _words(query[:MAX_QUERY_LENGTH], vocabulary)
    telling = (word for word in words if word not in vocabulary.fillers)
    concepts = dict.fromkeys(_concept(word, vocabulary) for word in telling)
    return tuple(islice(concepts, MAX_CONCEPTS))


def _words(query: str, vocabulary: Vocabulary) -> Iterator[str]:
    for run in runs(query):
        if is_chinese(run):
            yield from vocabulary.split_chinese(run)
        else:
            yield run


def _concept(word: str, vocabulary: Vocabulary) -> _Concept:
    return tuple(_alternative(same) for same in vocabulary.synonyms.get(word, (word,)))


def _alternative(word: str) -> _Alternative:
    if is_chinese(word):
        return tuple(_Term(pair, is_prefix=False) for pair in bigrams(word))
    return (_Term(word, is_prefix=True),)
