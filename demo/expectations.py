"""What a step says that the answer will be, and what of it did not come true. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from demo.client import Answer
from demo.documents import MissingFieldError


@dataclass(frozen=True, slots=True)
class Like:
    """A value that cannot be named beforehand: `accepts` tells whether it will do."""

    described: str
    accepts: Callable[[Any], bool]

    def __str__(self) -> str:
        return self.described


ANYTHING = Like("anything but null", lambda got: got is not None)
SOMETHING_IN_IT = Like("at least one", lambda got: isinstance(got, list) and bool(got))


def exactly(*values: str) -> Like:
    """These values in any order, each once."""
    wanted = sorted(values)
    return Like(", ".join(wanted), lambda got: isinstance(got, list) and sorted(got) == wanted)


def including(*values: str) -> Like:
    """A list with these values and perhaps others."""
    return Like(
        f"among others {', '.join(values)}",
        lambda got: isinstance(got, list) and set(values) <= set(got),
    )


@dataclass(frozen=True, slots=True)
class Expected:
    """A status, fields by dotted path, headers; `shown` paths are printed without being checked."""

    status: int
    fields: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    shown: Sequence[str] = ()

    @property
    def paths(self) -> list[str]:
        """The fields worth printing, in the order in which they were named."""
        return list(dict.fromkeys([*self.fields, *self.shown]))

    def differences(self, answer: Answer) -> list[str]:
        """Each thing that is not as expected, in words; empty where all is."""
        return list(self._differences(answer))

    def _differences(self, answer: Answer) -> Iterator[str]:
        if answer.status != self.status:
            yield f"answered with {answer.status}, expected {self.status}"
        for path, wanted in self.fields.items():
            try:
                got = answer[path]
            except MissingFieldError:
                yield f"{path} is missing, expected {wanted}"
                continue
            if not agrees(wanted, got):
                yield f"{path} is {got!r}, expected {wanted}"
        for name, value in self.headers.items():
            if answer.headers.get(name) != value:
                yield f"header {name} is {answer.headers.get(name)}, expected {value}"


def answered(
    status: int,
    fields: Mapping[str, Any] | None = None,
    *shown: str,
    headers: Mapping[str, str] | None = None,
) -> Expected:
    """The expectation of a step, short to write."""
    return Expected(status, fields or {}, headers or {}, shown)


def agrees(wanted: object, got: object) -> bool:
    """Whether a value is the wanted one, or like it; as in JSON, `true` is not 1."""
    if isinstance(wanted, Like):
        return wanted.accepts(got)
    return isinstance(wanted, bool) == isinstance(got, bool) and wanted == got
