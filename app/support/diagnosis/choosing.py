"""Which of the candidates is taken as what is meant, and what else may be meant. Pure.

What fits best is answered; a near miss of the amount is only asked about ("Do you mean …?"). Nobody is told to pay
again while anything that may be meant has taken the money or may have.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from app.support.diagnosis.amounts import AmountFit
from app.support.diagnosis.matching import (
    MOST_LISTED,
    Candidate,
    Listed,
    Recollection,
    is_certain,
    list_candidates,
    list_near_misses,
    list_plausible,
    rivals_of_first,
)

NothingTaken = Callable[[Sequence[Listed]], bool]
"""Whether all of these moved no money and can't any more."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What fits, the first meant.

    `certain`: without asking back; `rivals_failed`: nothing else that may be meant took money.
    """

    listed: Sequence[Listed]
    certain: bool
    rivals_failed: bool


def choose_for_user(
    candidates: Iterable[Candidate], remembered: Recollection, nothing_taken: NothingTaken
) -> Choice:
    """A user is told of what fits best, since nobody is there to choose.

    But not that it failed and may be paid again where something that fits nearly as well, or a near miss, did not fail:
    then the answer asks which one is meant. It also asks where nothing but near misses fits.
    """
    everything = list(candidates)
    near = list_near_misses(everything, remembered)
    listed = list_plausible(everything, remembered)
    if not listed:
        return _guess(near, nothing_taken(near[1:]))
    rivals = [*rivals_of_first(listed), *_near_misses_beside(listed[0], near)]
    rivals_failed = nothing_taken(rivals)
    return Choice(listed, rivals_failed or not nothing_taken(listed[:1]), rivals_failed)


def choose_for_agent(
    candidates: Iterable[Candidate], remembered: Recollection, nothing_taken: NothingTaken
) -> Choice:
    """An agent sees everything that fits; what fits best is only taken with the lead that `is_certain` asks."""
    everything = list(candidates)
    near = list_near_misses(everything, remembered)
    listed = list_candidates(everything, remembered)
    if not listed:
        return _guess(near, nothing_taken(near))
    beside_failed = nothing_taken(_near_misses_beside(listed[0], near))
    is_answered = beside_failed or not nothing_taken(listed[:1])
    return Choice(
        listed, is_certain(listed) and is_answered, beside_failed and nothing_taken(listed)
    )


def _guess(near: Sequence[Listed], rivals_failed: bool) -> Choice:
    """Nothing fits better than a slip of the pen; without even that, it is certain that nothing is recorded."""
    return Choice(near[:MOST_LISTED], certain=not near, rivals_failed=rivals_failed)


def _near_misses_beside(first: Listed, near: Sequence[Listed]) -> Sequence[Listed]:
    """What may be meant in place of the first: any near miss, or beside the exact amount only what fits better still.

    That is a near miss at the very time beside the exact amount half a day away.
    """
    others = [it for it in near if _identity(it) != _identity(first)]
    if AmountFit.EXACT not in first.reasons:
        return others
    own = next(it.score for it in near if _identity(it) == _identity(first))
    return [it for it in others if it.score > own]


def _identity(it: Listed) -> tuple[int, str]:
    return it.candidate.kind, it.candidate.id
