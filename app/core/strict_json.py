"""JSON read strictly: NaN, duplicate keys, lone surrogates and deep nesting are refused.

Two kinds of refusal, as in the contract, section 2: what is no JSON at all is `malformed_json`; JSON that we
don't take (NaN, Infinity, duplicate keys, over 32 levels) is `validation_failed`.
"""

import json
import re
from typing import Any

from app.core.errors import MALFORMED_JSON, VALIDATION_FAILED, FieldProblem, field_problem

MAX_DEPTH = 32  # contract, section 10
MAX_INTEGER_DIGITS = 100  # far beyond any amount; Python's own limit would be a 500
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)


def parse(raw: bytes) -> Any:
    """The document as Python objects. Raises MALFORMED_JSON or VALIDATION_FAILED, nothing else."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise MALFORMED_JSON() from None
    deepest, left_open = _nesting(text)
    if left_open:
        raise MALFORMED_JSON()
    if deepest > MAX_DEPTH:  # the parser may run out of stack there, so it isn't asked
        raise VALIDATION_FAILED(errors=[field_problem("", "too_deep")])
    hooks = _Hooks()
    try:
        document = json.loads(
            text,
            object_pairs_hook=hooks.take_object,
            parse_constant=hooks.take_constant,
            parse_int=hooks.take_integer,
        )
    except ValueError:
        raise MALFORMED_JSON() from None
    if hooks.problems:
        raise VALIDATION_FAILED(errors=hooks.problems[:1])
    _refuse_surrogates(document, "")
    return document


def canonical(document: Any) -> str:
    """The same text for equal documents, whatever the order of their keys."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def dump(document: Any) -> str:
    """A document as the service sends it: compact, not escaped."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


class _Hooks:
    """What the parser meets that we don't take; said only when all of the text has proved to be JSON."""

    def __init__(self) -> None:
        self.problems: list[FieldProblem] = []

    def take_object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(pairs)
        if len(result) != len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            self.problems.append(field_problem(pointer("", twice), "duplicate_key"))
        return result

    def take_constant(self, _: str) -> None:
        self.problems.append(field_problem("", "invalid_value"))

    def take_integer(self, digits: str) -> int:
        if len(digits) > MAX_INTEGER_DIGITS:
            self.problems.append(field_problem("", "invalid_value"))
            return 0
        return int(digits)


def _nesting(text: str) -> tuple[int, int]:
    """How deep the brackets outside strings go, and how many are left open."""
    deepest = depth = 0
    for bracket in re.findall(r"[\[\]{}]", _STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest, depth


def _refuse_surrogates(value: Any, at: str) -> None:
    """A lone surrogate can't be stored or sent back as UTF-8, nor can NUL on PostgreSQL."""
    match value:
        case str() if not _storable(value):
            raise VALIDATION_FAILED(errors=[field_problem(at, "invalid_value")])
        case dict():
            for key, item in value.items():
                place = pointer(at, key) if _storable(key) else at
                _refuse_surrogates(key, place)
                _refuse_surrogates(item, place)
        case list():
            for index, item in enumerate(value):
                _refuse_surrogates(item, f"{at}/{index}")


def _storable(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def pointer(at: str, key: object) -> str:
    """The JSON pointer (RFC 6901) one step below `at`."""
    return f"{at}/{str(key).replace('~', '~0').replace('/', '~1')}"
