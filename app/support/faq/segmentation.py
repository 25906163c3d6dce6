"""Text cut into the units that are indexed, since no tokenizer of the databases cuts Chinese.

Measured: SQLite's `unicode61` and `trigram` find none of 密码, 支付 and 换绑 in running text.
Words of the query that are dropped or have synonyms: `vocabulary.py`.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

_CJK: Final = (
    "\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_RUNS: Final = re.compile(rf"[{_CJK}]+|(?:(?![{_CJK}])[^\W_])+")
_STARTS_CJK: Final = re.compile(rf"[{_CJK}]")


def normalise(text: str) -> str:
    """`text` with width, case and accents removed: `Ｐay`, `PAY` and `páy` are one word."""
    unaccented = (
        character
        for character in unicodedata.normalize("NFKD", text)
        if unicodedata.category(character) != "Mn"
    )
    return unicodedata.normalize("NFKC", "".join(unaccented)).lower()


def runs(text: str) -> list[str]:
    """The stretches of Chinese and the words of other scripts in `text`, normalised, in order."""
    return _RUNS.findall(normalise(text))


def is_chinese(run: str) -> bool:
    """Whether a run is one of Chinese (or Japanese, Korean), which is cut into bigrams."""
    return _STARTS_CJK.match(run) is not None


def terms_of_text(text: str) -> list[str]:
    """What is indexed of `text`: each Chinese character and each pair of neighbours, each word."""
    return [term for run in runs(text) for term in _terms_of_run(run)]


def bigrams(run: str) -> tuple[str, ...]:
    """The pairs of neighbours in a Chinese run; the run itself where it is one character."""
    return tuple(run[i : i + 2] for i in range(len(run) - 1)) or (run,)


def _terms_of_run(run: str) -> Iterator[str]:
    if not is_chinese(run):
        yield run
        return
    yield from run
    if len(run) > 1:
        yield from bigrams(run)
