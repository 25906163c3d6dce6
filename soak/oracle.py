"""The judge: compares what was asked and answered with what the books say. Pure, and proven to be able to say no.

Each rule yields its findings; nothing else decides whether a soak went well. tests/soak feeds it forged books.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from soak.books import (
    FAILED,
    MANUAL_REVIEW,
    PROCESSING,
    SUCCEEDED,
    TRANSFER_IN,
    Account,
    Books,
    Movement,
)
from soak.errands import PAYMENT, RETRY, TOP_UP, TRANSFER, WITHDRAWAL
from soak.journal import Call

_AT_THE_GATEWAY = (PAYMENT, TOP_UP)


class Wrong(StrEnum):
    """What can be wrong: an acknowledged effect is gone, one came twice, one never ended, or the books don't add up."""

    LOST = "lost"
    DOUBLED = "doubled"
    UNRESOLVED = "unresolved"
    MISMATCH = "mismatch"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, about a key, an id or a user."""

    wrong: Wrong
    subject: str
    text: str


@dataclass(frozen=True)
class Evidence:
    """What the rules look at. Every user began with `start_balance`, in minor units."""

    calls: Sequence[Call]
    books: Books
    start_balance: int

    @cached_property
    def by_mark(self) -> dict[tuple[str, str, str], list[Movement]]:
        """The movements of a user by kind and mark."""
        found: dict[tuple[str, str, str], list[Movement]] = defaultdict(list)
        for account, movement in self.movements():
            found[account.user, movement.kind, movement.mark].append(movement)
        return found

    @cached_property
    def retries(self) -> Counter[str]:
        """How many retries of each payment were acknowledged."""
        return Counter(
            str(call.subject) for call in self.calls if call.kind == RETRY and call.acknowledgements
        )

    def movements(self) -> Iterator[tuple[Account, Movement]]:
        """Every line of every list."""
        for account in self.books.accounts:
            for movement in account.movements:
                yield account, movement

    def of(self, call: Call) -> list[Movement]:
        """What a call that makes a movement has made."""
        return self.by_mark.get((call.user, call.kind, call.mark), [])

    def makers(self) -> Iterator[Call]:
        """The calls that make a movement: all but retries."""
        return (call for call in self.calls if call.kind != RETRY)


Rule = Callable[[Evidence], Iterator[Finding]]


def judge(evidence: Evidence) -> list[Finding]:
    """Every finding of every rule; empty where all is well."""
    return [finding for rule in RULES for finding in rule(evidence)]


def waiting_for_a_person(evidence: Evidence) -> list[str]:
    """The ids of movements in manual review: not resolved by the machine, and said so."""
    return [it.id for _, it in evidence.movements() if it.status == MANUAL_REVIEW]


def acknowledged_is_there_once(evidence: Evidence) -> Iterator[Finding]:
    """A 2xx names a movement that is in the list, once, with that id and amount; no call has made two."""
    for call in evidence.makers():
        found = evidence.of(call)
        told = {str(answer.document.get("id")) for answer in call.acknowledgements}
        if len(found) > 1:
            yield Finding(Wrong.DOUBLED, call.key, f"made {[it.id for it in found]}")
        if len(told) > 1:
            yield Finding(Wrong.DOUBLED, call.key, f"was answered with {sorted(told)}")
        if missing := told - {it.id for it in found}:
            yield Finding(Wrong.LOST, call.key, f"{sorted(missing)} acknowledged, not in the list")
        for it in found:
            if it.amount != call.amount:
                text = f"{it.id} has {it.amount}, asked for {call.amount}"
                yield Finding(Wrong.MISMATCH, call.key, text)


def told_outcomes_last(evidence: Evidence) -> Iterator[Finding]:
    """What was told to have succeeded is so in the end; what was told to have failed is, unless it was retried."""
    for call in evidence.makers():
        told = {str(answer.document.get("status")) for answer in call.acknowledgements}
        for it in evidence.of(call):
            if SUCCEEDED in told and it.status != SUCCEEDED:
                yield Finding(Wrong.LOST, call.key, f"{it.id} told as succeeded, is {it.status}")
            retried = evidence.retries[it.id] > 0
            if FAILED in told and it.status != FAILED and not retried:
                yield Finding(Wrong.DOUBLED, call.key, f"{it.id} told as failed, is {it.status}")


def refused_is_without_effect(evidence: Evidence) -> Iterator[Finding]:
    """A call that was refused has made nothing; one that was acknowledged is never refused."""
    for call in evidence.calls:
        refused = any(answer.refused for answer in call.answers)
        if refused and call.acknowledgements:
            yield Finding(Wrong.MISMATCH, call.key, "acknowledged and refused")
        elif refused and call.kind != RETRY and evidence.of(call):
            yield Finding(Wrong.MISMATCH, call.key, f"refused, made {evidence.of(call)[0].id}")


def retries_are_attempts(evidence: Evidence) -> Iterator[Finding]:
    """A payment has one attempt, and one more for each acknowledged retry, whose answers name that payment."""
    for _, it in evidence.movements():
        wanted = 1 + evidence.retries[it.id]
        if it.kind == PAYMENT and len(it.attempts) != wanted:
            wrong = Wrong.DOUBLED if len(it.attempts) > wanted else Wrong.LOST
            yield Finding(wrong, it.id, f"{len(it.attempts)} attempts, {wanted} asked for")
    for call in evidence.calls:
        others = {answer.document.get("id") for answer in call.acknowledgements} - {call.subject}
        if call.kind == RETRY and others:
            yield Finding(Wrong.DOUBLED, call.key, f"a retry of {call.subject} became {others}")


def transfers_arrive(evidence: Evidence) -> Iterator[Finding]:
    """What one user has sent is in the other's list, with the same amount."""
    arrived = {
        (account.user, it.id): it.amount
        for account, it in evidence.movements()
        if it.kind == TRANSFER_IN and it.status == SUCCEEDED
    }
    for call in evidence.makers():
        for it in evidence.of(call):
            sent = call.kind == TRANSFER and it.status == SUCCEEDED
            if sent and arrived.get((str(call.other), it.id)) != it.amount:
                yield Finding(Wrong.LOST, call.key, f"{it.id} did not arrive")


def everything_has_ended(evidence: Evidence) -> Iterator[Finding]:
    """Nothing is left processing, no call without a definite answer, no money held but for a person's review."""
    for call in evidence.calls:
        if not call.is_settled:
            yield Finding(Wrong.UNRESOLVED, call.key, "has no definite answer")
    for _, it in evidence.movements():
        if it.status == PROCESSING:
            yield Finding(Wrong.UNRESOLVED, it.id, "is still processing")
    for account in evidence.books.accounts:
        reviewed = sum(
            it.amount
            for it in account.movements
            if it.status == MANUAL_REVIEW and (it.kind == WITHDRAWAL or not it.card)
        )
        if account.held != reviewed:
            text = f"{account.held} held, {reviewed} under review"
            yield Finding(Wrong.UNRESOLVED, account.user, text)


def the_gateway_took_what_succeeded(evidence: Evidence) -> Iterator[Finding]:
    """Over all attempts of a movement the gateway has the amount where it succeeded, nothing where it failed."""
    known: set[str] = set()
    for _, it in evidence.movements():
        known.update(it.attempts)
        if it.kind not in _AT_THE_GATEWAY or it.status not in (SUCCEEDED, FAILED):
            continue
        taken = sum(evidence.books.captured[attempt] for attempt in it.attempts)
        due = it.amount if it.status == SUCCEEDED else 0
        if taken != due:
            wrong = Wrong.DOUBLED if taken > due else Wrong.LOST
            yield Finding(wrong, it.id, f"{it.status}: the gateway took {taken}, due {due}")
    for reference, taken in evidence.books.captured.items():
        if taken and reference not in known:
            yield Finding(Wrong.DOUBLED, reference, f"the gateway took {taken} for nobody")


def balances_add_up(evidence: Evidence) -> Iterator[Finding]:
    """Each user has what they began with and what their movements brought."""
    for account in evidence.books.accounts:
        due = evidence.start_balance + sum(map(_effect, account.movements))
        if account.total != due:
            yield Finding(Wrong.MISMATCH, account.user, f"has {account.total}, due {due}")


def nothing_comes_from_nowhere(evidence: Evidence) -> Iterator[Finding]:
    """Every movement was asked for by a call in a journal."""
    asked = {(call.user, call.kind, call.mark) for call in evidence.makers()}
    for account, it in evidence.movements():
        if it.kind != TRANSFER_IN and (account.user, it.kind, it.mark) not in asked:
            yield Finding(Wrong.MISMATCH, it.id, f"a {it.kind} that nobody asked for")


def invariants_hold(evidence: Evidence) -> Iterator[Finding]:
    """The wallet's own invariants: the ledger, the holds, its book against the gateway's and the bank's."""
    for broken in evidence.books.broken:
        yield Finding(Wrong.MISMATCH, "invariants", broken)


RULES: tuple[Rule, ...] = (
    acknowledged_is_there_once,
    told_outcomes_last,
    refused_is_without_effect,
    retries_are_attempts,
    transfers_arrive,
    everything_has_ended,
    the_gateway_took_what_succeeded,
    balances_add_up,
    nothing_comes_from_nowhere,
    invariants_hold,
)
_SIGN = {TOP_UP: 1, TRANSFER_IN: 1, WITHDRAWAL: -1, TRANSFER: -1}


def _effect(it: Movement) -> int:
    """What a movement has brought to its user's wallet."""
    if it.status != SUCCEEDED:
        return 0
    if it.kind == PAYMENT:
        return 0 if it.card else -it.amount
    return _SIGN[it.kind] * it.amount
