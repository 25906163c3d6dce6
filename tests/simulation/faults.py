"""What can go wrong on the way to the outside: one row per kind of contract, section 9, as app/edges reports it.

Pure data. A kind suits calls that act (`charge`, `payout`, `refund`), calls that ask (`inquire`, `cancel`), or both.
"""

import random
from collections.abc import Collection
from dataclasses import dataclass, field
from enum import Enum

from app.edges.results import Outcome, Problem

TOTAL_SECONDS = 8.0  # contract, section 10: a call is over then
CONNECT_SECONDS = 2.0
ACTS = frozenset({"charge", "payout", "refund"})
ASKS = frozenset({"inquire", "cancel"})


class Act(Enum):
    """Whether and when the other side does what it was asked."""

    NEVER = "never"
    AT_ONCE = "at once"
    LATER = "later"  # the request is still on its way when the caller has given up
    REFUSES = "refuses"
    AFTER_THE_CANCEL = "after the cancel"


@dataclass(frozen=True)
class Kind:
    """A fault: what the other side does, how long the call takes at most, and what it ends with.

    `outcome` None is the ordinary answer; `callbacks` is how often the other side tells of a success by itself; one
    that `lies` tells of another amount although nothing was done.
    """

    name: str
    suits: frozenset[str]
    act: Act
    outcome: Outcome | None
    problem: Problem | None = None
    seconds: float = 0.0
    callbacks: int = 0
    lies: bool = False
    weight: int = 1


def _unknown(
    name: str,
    act: Act,
    problem: Problem,
    seconds: float = 0.0,
    suits: frozenset[str] = ACTS | ASKS,
    weight: int = 1,
) -> Kind:
    return Kind(name, suits, act, Outcome.UNKNOWN, problem, seconds, weight=weight)


def _never_left(problem: Problem, seconds: float = 0.0) -> Kind:
    return Kind(problem.value, ACTS | ASKS, Act.NEVER, Outcome.FAILED, problem, seconds)


def _refusal(problem: Problem) -> Kind:
    return Kind(problem.value, ACTS - {"refund"}, Act.REFUSES, None, problem)


KINDS: tuple[Kind, ...] = (
    _never_left(Problem.CONNECTION_REFUSED),
    _never_left(Problem.DNS_FAILURE),
    _never_left(Problem.CONNECT_TIMEOUT, CONNECT_SECONDS),
    _unknown("reset_before", Act.NEVER, Problem.CONNECTION_RESET),
    _unknown("reset_after", Act.AT_ONCE, Problem.CONNECTION_RESET),
    _unknown("hang_before", Act.NEVER, Problem.READ_TIMEOUT, TOTAL_SECONDS),
    _unknown("hang_after", Act.AT_ONCE, Problem.READ_TIMEOUT, TOTAL_SECONDS),
    _unknown("drip", Act.AT_ONCE, Problem.READ_TIMEOUT, TOTAL_SECONDS),
    _unknown("http_500", Act.NEVER, Problem.UNAVAILABLE),
    _unknown("http_503", Act.NEVER, Problem.MAINTENANCE),
    _unknown("garbage", Act.AT_ONCE, Problem.BAD_RESPONSE),
    _unknown("arrives_late", Act.LATER, Problem.READ_TIMEOUT, TOTAL_SECONDS, weight=4),
    _refusal(Problem.DECLINED),
    _refusal(Problem.INSUFFICIENT_FUNDS),
    _refusal(Problem.CARD_FROZEN),
    Kind("delay", ACTS | ASKS, Act.AT_ONCE, None, seconds=TOTAL_SECONDS - 0.5, weight=2),
    Kind("duplicate_callback", ACTS - {"refund"}, Act.AT_ONCE, None, callbacks=2),
    Kind(
        "lost_but_called_back",
        ACTS - {"refund"},
        Act.AT_ONCE,
        Outcome.UNKNOWN,
        Problem.CONNECTION_RESET,
        callbacks=1,
    ),
    Kind(
        "callback_of_another_amount",
        ACTS - {"refund"},
        Act.NEVER,
        Outcome.UNKNOWN,
        Problem.CONNECTION_RESET,
        callbacks=1,
        lies=True,
    ),
    _unknown(
        "late_success",
        Act.AFTER_THE_CANCEL,
        Problem.READ_TIMEOUT,
        TOTAL_SECONDS,
        suits=frozenset({"charge"}),
        weight=2,
    ),
)


TASTES = (0, 0, 1, 3)
FINE = Kind("fine", ACTS | ASKS, Act.AT_ONCE, None)


@dataclass
class Weather:
    """Draws what a call meets, by the seed; `rate` is how often something goes wrong, 0 when it has cleared up.

    Each seed has a climate of its own, in which some kinds are common and others never come: mixes that even chances
    would hardly ever make.
    """

    randomness: random.Random
    rate: float
    weights: dict[Kind, int] = field(init=False)

    def __post_init__(self) -> None:
        self.weights = {kind: kind.weight * self.randomness.choice(TASTES) for kind in KINDS}

    def favour(self, names: Collection[str]) -> None:
        """Have only these kinds of trouble."""
        if names:
            self.weights = {kind: int(kind.name in names) for kind in KINDS}

    def draw(self, operation: str) -> Kind:
        """The kind of trouble for the next call of that operation, or FINE."""
        if self.randomness.random() >= self.rate:
            return FINE
        suited = {kind: weight for kind, weight in self.weights.items() if operation in kind.suits}
        if not any(suited.values()):
            return FINE
        return self.randomness.choices(list(suited), list(suited.values()))[0]

    def clear_up(self) -> None:
        """No faults from now on."""
        self.rate = 0.0
