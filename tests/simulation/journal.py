"""What people sent and what they were told. The oracle believes this and the outside's books, never the wallet."""

from dataclasses import dataclass, field
from typing import Any

from tests.client import Answer
from tests.simulation.desk import Said


class Violation(AssertionError):  # noqa: N818 - it is what the oracle cries
    """Something that must always be true is not."""


@dataclass(eq=False)
class Intent:
    """One wish under one idempotency key, sent until there is an answer that counts."""

    key: str
    user_id: str
    kind: str
    path: str
    body: dict[str, Any]
    subject_id: str | None = None
    refusal: str | None = None
    sent: int = 0
    last: dict[str, Any] = field(default_factory=dict)

    @property
    def answered(self) -> bool:
        """Whether it was acknowledged: 200, 201 or 202."""
        return self.subject_id is not None

    @property
    def over(self) -> bool:
        """Whether there is an answer that counts."""
        return self.answered or self.refusal is not None

    def hear(self, answer: Answer | Said) -> None:
        """Take in an answer that counts. Raises Violation where it contradicts an earlier one."""
        if answer.status >= 300:
            self.refusal = answer.code
            return
        if self.subject_id not in (None, answer["id"]):
            raise Violation(f"key {self.key} answered {self.subject_id}, then {answer['id']}")
        self.subject_id, self.last = answer["id"], answer.body


@dataclass
class Journal:
    """Every intent of every customer, in the order in which they were wished."""

    intents: list[Intent] = field(default_factory=list)

    def wish(self, user_id: str, kind: str, path: str, body: dict[str, Any]) -> Intent:
        """Write down an intent before it is sent."""
        key = f"key-{len(self.intents) + 1}"
        intent = Intent(key, user_id, kind, path, body)
        self.intents.append(intent)
        return intent

    def of(self, user_id: str) -> list[Intent]:
        """A user's intents."""
        return [intent for intent in self.intents if intent.user_id == user_id]

    def accepted(self, *kinds: str) -> list[Intent]:
        """The acknowledged intents of these kinds."""
        return [intent for intent in self.intents if intent.answered and intent.kind in kinds]
