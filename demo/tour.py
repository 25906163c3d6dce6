"""Playing steps: each says what it will do, does it, and checks that it did. Failures are counted."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from demo.client import Answer, Client, Request, UnreachableError
from demo.documents import MissingFieldError
from demo.expectations import Expected, agrees
from demo.narration import Narration

_FIRST_PAUSE_SECONDS = 0.05
_LONGEST_PAUSE_SECONDS = 1.0


@dataclass(slots=True)
class Tour:
    """A running tour. `failures` names each step that did not do what it said."""

    client: Client
    narration: Narration
    played: int = 0
    failures: list[str] = field(default_factory=list)

    def chapter(self, title: str, play: Callable[["Tour"], None]) -> None:
        """Play one chapter; where it cannot go on, that is a failure and the next one begins."""
        self.narration.heading(title)
        try:
            play(self)
        except UnreachableError as error:
            self._failed(title, f"no answer ({error})")
        except MissingFieldError as error:
            self._failed(title, f"cannot go on without {error}")

    def step(self, says: str, request: Request, *expected: Expected) -> Answer:
        """Send a request and check its answer, which is returned either way.

        Where several answers are right, the status tells which one is meant. Raises UnreachableError.
        """
        self._announce(says, request)
        return self._judge(says, self.client.send(request), *expected)

    def step_soon(
        self, says: str, request: Request, expected: Expected, *, within_seconds: float = 15.0
    ) -> Answer:
        """The same for what takes a moment: ask again until it is as expected or time is up."""
        self._announce(says, request)
        deadline = time.monotonic() + within_seconds
        pause = _FIRST_PAUSE_SECONDS
        while True:
            answer = self.client.send(request)
            if not expected.differences(answer) or time.monotonic() >= deadline:
                return self._judge(says, answer, expected)
            time.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    def check(self, claim: str, got: object, wanted: object) -> None:
        """Compare something that was learnt on the way."""
        self.played += 1
        if agrees(wanted, got):
            self.narration.good(claim)
        else:
            self._failed(claim, f"{claim}: it is {got!r}, expected {wanted}")

    def _announce(self, says: str, request: Request) -> None:
        self.played += 1
        self.narration.says(says)
        self.narration.sent(request)

    def _judge(self, says: str, answer: Answer, *alternatives: Expected) -> Answer:
        expected = next(
            (one for one in alternatives if one.status == answer.status), alternatives[0]
        )
        differences = expected.differences(answer)
        if differences:
            self.failures.append(says)
            self.narration.surprise(answer, expected.paths, differences)
        else:
            self.narration.answer(answer, expected.paths, list(expected.headers))
        return answer

    def _failed(self, step: str, how: str) -> None:
        self.failures.append(step)
        self.narration.bad(how)
