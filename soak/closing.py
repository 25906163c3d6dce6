"""The end of a soak: the faults go, time passes until everything must have ended, and what was open is asked again."""

import random
import time
from collections import Counter

from soak.customers import Customer, NoAnswerError, insist, send_call
from soak.journal import Call, Journal
from soak.system import System
from soak.wire import SLOW_SECONDS, Wire, brief

# After the last inquiry, 24 h after an attempt began (contract, section 10), twice: an attempt that is cancelled by the
# last one is watched for a day more.
STEPS = 2
STEP_SECONDS = 26 * 3600
REPEATED_AT_MOST = 200
"""So many of the acknowledged calls are sent again, chosen by the seed."""
_PATIENCE_SECONDS = 60.0
_AGAIN_SECONDS = 0.3


def close(
    system: System, customers: list[Customer], calls: list[Call], journal: Journal, seed: int
) -> Counter[str]:
    """Bring everything to its end, and return how many calls met a fault, by kind.

    The calls without a definite answer are sent again until they have one, and a sample of the others once: all of that
    is in the calls' answers afterwards. Raises NoAnswerError where the wallet does not recover or answer.
    """
    system.await_well()
    wire = Wire(system.url, SLOW_SECONDS)
    try:
        met = _faults_met(wire)
        insist(wire, "DELETE", "/sandbox/v1/faults")
        _let_time_pass(wire)
        by_id = {customer.id: customer for customer in customers}
        acknowledged = [call for call in calls if call.acknowledgements]
        for call in calls:
            if not call.is_settled:
                _ask_until_definite(wire, by_id[call.user], call, journal)
        sample = min(REPEATED_AT_MOST, len(acknowledged))
        for call in random.Random(f"{seed} repeats").sample(acknowledged, sample):
            _ask_until_definite(wire, by_id[call.user], call, journal)
        _let_time_pass(wire)
        return met
    finally:
        wire.close()


def _faults_met(wire: Wire) -> Counter[str]:
    met: Counter[str] = Counter()
    for fault in insist(wire, "GET", "/sandbox/v1/faults").document["data"]:
        met[fault["kind"]] += fault["hits"]
    return +met


def _let_time_pass(wire: Wire) -> None:
    for _ in range(STEPS):
        insist(wire, "POST", "/sandbox/v1/clock/advance", {"seconds": STEP_SECONDS})


def _ask_until_definite(wire: Wire, customer: Customer, call: Call, journal: Journal) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        journal.intend(call)
        answer = brief(send_call(wire, customer, call))
        journal.answered(call, answer)
        if answer.definite:
            return
        if time.monotonic() >= deadline:
            raise NoAnswerError(f"{call.key}: no definite answer ({answer.status})")
        time.sleep(_AGAIN_SECONDS)
