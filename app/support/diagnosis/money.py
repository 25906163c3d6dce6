"""Where the money is: what the ledger says, what the gateway says, and the verdict over both. Pure."""

from collections.abc import Set
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class LedgerState(StrEnum):
    """What our books hold for a payment: nothing, a hold, a posting, or one that was given back."""

    NONE = "none"
    HELD = "held"
    POSTED = "posted"
    REVERSED = "reversed"


class ChargeState(StrEnum):
    """What the gateway did: nothing that it knows of, refused, took the money, or we can't tell."""

    NONE = "none"
    FAILED = "failed"
    CAPTURED = "captured"
    UNKNOWN = "unknown"


class Verdict(StrEnum):
    """What is certain about the money (contract, section 7)."""

    SUCCEEDED = "succeeded"
    FAILED_CLEAN = "failed_clean"
    HELD = "held"
    UNKNOWN = "unknown"
    DUPLICATE = "duplicate"
    REFUNDED = "refunded"
    MISMATCH = "mismatch"
    NO_RECORD = "no_record"


@dataclass(frozen=True, slots=True)
class _Row:
    """Both books in these states mean that verdict; `settled` None where it makes no difference."""

    ledger: Set[LedgerState]
    charge: Set[ChargeState]
    settled: bool | None
    verdict: Verdict


_L, _C, _V = LedgerState, ChargeState, Verdict
_NOT_TAKEN: Final = frozenset({_C.NONE, _C.FAILED})

_TABLE: Final = (
    _Row({_L.REVERSED}, frozenset(_C), None, _V.REFUNDED),
    _Row({_L.POSTED}, {_C.CAPTURED}, None, _V.SUCCEEDED),
    _Row(frozenset(_L), {_C.UNKNOWN}, None, _V.UNKNOWN),
    _Row({_L.HELD, _L.POSTED}, _NOT_TAKEN, None, _V.HELD),
    # The gateway has it and our books follow with the next inquiry; until then nothing is final.
    _Row({_L.HELD}, {_C.CAPTURED}, None, _V.UNKNOWN),
    # Paid by card there is no hold to see, and what the gateway doesn't know yet may still arrive.
    _Row({_L.NONE}, frozenset(_C), False, _V.UNKNOWN),
    _Row({_L.NONE}, {_C.CAPTURED}, True, _V.MISMATCH),
    _Row({_L.NONE}, _NOT_TAKEN, True, _V.FAILED_CLEAN),
)


def judge_money(
    ledger: LedgerState, charge: ChargeState, *, settled: bool, has_twin: bool
) -> Verdict:
    """The verdict over a recorded payment; `settled` tells whether it has its final outcome.

    `has_twin`: the same payee and amount was posted twice within ten minutes.
    """
    verdict = next(
        row.verdict
        for row in _TABLE
        if ledger in row.ledger and charge in row.charge and row.settled in (None, settled)
    )
    return Verdict.DUPLICATE if has_twin and verdict is Verdict.SUCCEEDED else verdict
