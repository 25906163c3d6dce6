"""What the clients asked for and were answered: one file per client, each line on disk before the soak goes on.

The intent, with its idempotency key, is written before the request leaves, the outcome when it is there; so whatever
happens to the wallet, and to us, the journal knows what may have been done. No password stands in it.
"""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self

KEPT = ("id", "status", "amount", "code")
"""What is kept of an answer's document."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one sending: `status` None where nothing usable did, and then `problem` says what."""

    status: int | None
    document: Mapping[str, Any] = field(default_factory=dict)
    problem: str | None = None

    @property
    def acknowledged(self) -> bool:
        """A 2xx: the wallet says that it has recorded it."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def refused(self) -> bool:
        """A definite no: nothing was done. 409 `idempotency_in_progress`, 401 and 429 say nothing of the call."""
        if self.status is None or not 400 <= self.status < 500:
            return False
        in_progress = self.document.get("code") == "idempotency_in_progress"
        return self.status not in (401, 429) and not in_progress

    @property
    def definite(self) -> bool:
        """Whether no other sending is needed to know."""
        return self.acknowledged or self.refused


@dataclass(slots=True)
class Call:
    """One thing that a user wanted, under one key: `kind` is a row of errands.py, `answers` in their order.

    `amount` in minor units. `subject` is the payment of a retry, `other` the recipient of a transfer, `card` tells
    that a payment's source was a bank card, `mark` is what the movement is found by in the wallet's lists. With
    `password` the user's transaction password is added on its way out: it stands in no journal.
    """

    key: str
    kind: str
    user: str
    path: str
    body: dict[str, Any]
    mark: str
    amount: int = 0
    subject: str | None = None
    other: str | None = None
    card: bool = False
    password: bool = False
    answers: list[Answer] = field(default_factory=list)

    @property
    def acknowledgements(self) -> list[Answer]:
        """The 2xx answers."""
        return [answer for answer in self.answers if answer.acknowledged]

    @property
    def is_settled(self) -> bool:
        """Whether some answer was definite."""
        return any(answer.definite for answer in self.answers)


class Journal:
    """One client's file, opened for appending."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")

    def intend(self, call: Call) -> None:
        """The call is about to be sent (again). Returns when that is on disk."""
        self._write({"line": "intent"} | {name: getattr(call, name) for name in _FACTS})

    def answered(self, call: Call, answer: Answer) -> None:
        """This came back, also where nothing did."""
        call.answers.append(answer)
        facts = {"status": answer.status, "problem": answer.problem}
        self._write({"line": "answer", "key": call.key} | facts | {"document": answer.document})

    def close(self) -> None:
        """No more lines."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _write(self, line: Mapping[str, Any]) -> None:
        self._file.write(json.dumps(line, separators=(",", ":")) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())


_FACTS = tuple(it.name for it in fields(Call) if it.name != "answers")


def read_journals(paths: Iterable[Path]) -> list[Call]:
    """Every call of these files, in the order in which each file began them."""
    calls: dict[str, Call] = {}
    for path in paths:
        for text in path.read_text(encoding="utf-8").splitlines():
            line = json.loads(text)
            if line.pop("line") == "intent":
                calls.setdefault(line["key"], Call(**line))
            else:
                answer = Answer(line["status"], line["document"] or {}, line["problem"])
                calls[line["key"]].answers.append(answer)
    return list(calls.values())
