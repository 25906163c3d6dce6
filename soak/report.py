"""How a soak went, as numbers: for people, and as JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from soak.journal import Call
from soak.oracle import Finding, Wrong

_SHOWN_AT_MOST = 40


@dataclass(slots=True)
class Report:
    """The figures of one soak. `ops` are calls with keys of their own, `sends` includes what was sent again.

    `faults` were made, `faults_met` are the calls that met one, both by kind. `server_errors` are answers 500,
    `watched` the looks at the invariants meanwhile. Times in seconds.
    """

    db: str
    seed: int
    clients: int
    seconds: float
    ops: int
    sends: int
    acknowledged: int
    refused: int
    unanswered_sends: int
    kills: dict[str, int]
    missed_kills: int
    faults: dict[str, int]
    faults_met: dict[str, int]
    unknown_faults: list[str]
    server_errors: int
    watched: int
    manual_review: list[str]
    findings: list[Finding] = field(default_factory=list)

    @property
    def ops_per_second(self) -> float:
        """Calls per second of fire, the restarts included."""
        return round(self.ops / self.seconds, 1)

    def count(self, wrong: Wrong) -> int:
        """How many findings of a kind."""
        return sum(finding.wrong is wrong for finding in self.findings)

    @property
    def ok(self) -> bool:
        """Whether nothing at all is wrong; a 500 is."""
        return not self.findings and not self.server_errors

    def as_json(self) -> str:
        """Everything, for --json."""
        counts = {wrong.value: self.count(wrong) for wrong in Wrong}
        totals: dict[str, Any] = {
            "ok": self.ok,
            "ops_per_second": self.ops_per_second,
            "kills_total": sum(self.kills.values()),
        }
        return json.dumps(totals | counts | asdict(self), indent=2)

    def lines(self) -> list[str]:
        """The summary for people."""
        missed = f"; {self.missed_kills} found nothing to kill" if self.missed_kills else ""
        rows = {
            "database": self.db,
            "seed": str(self.seed),
            "seconds": f"{self.seconds:.0f}",
            "ops": f"{self.ops} ({self.ops_per_second} a second, {self.clients} clients)",
            "answers": f"{self.acknowledged} acknowledged, {self.refused} refused",
            "sends": f"{self.sends}, of which {self.unanswered_sends} got no answer",
            "kills": f"{sum(self.kills.values())}{_breakdown(self.kills)}{missed}",
            "faults made": f"{sum(self.faults.values())}{_breakdown(self.faults)}",
            "faults met": f"{sum(self.faults_met.values())}{_breakdown(self.faults_met)}",
            "invariants watched": f"{self.watched} times under fire",
            "answers 500": str(self.server_errors),
            **{wrong.value: str(self.count(wrong)) for wrong in Wrong},
            "manual review": str(len(self.manual_review)),
        }
        table = [f"  {name:<20}{value}" for name, value in rows.items()]
        found = [f"  {it.wrong.value}: {it.subject}: {it.text}" for it in self.findings]
        unshown = max(0, len(found) - _SHOWN_AT_MOST)
        more = [f"  … and {unshown} more"] if unshown else []
        skipped = [f"  not built in this wallet: {', '.join(self.unknown_faults)}"]
        verdict = "nothing lost, nothing doubled, all resolved" if self.ok else "SOMETHING IS WRONG"
        return [
            *table,
            *(skipped if self.unknown_faults else []),
            *found[:_SHOWN_AT_MOST],
            *more,
            f"soak: {verdict}",
        ]


def count_answers(calls: Sequence[Call]) -> tuple[int, int, int]:
    """How many calls were acknowledged, how many refused, and how many sendings got no answer that says anything."""
    acknowledged = sum(bool(call.acknowledgements) for call in calls)
    refused = sum(any(answer.refused for answer in call.answers) for call in calls)
    unanswered = sum(not answer.definite for call in calls for answer in call.answers)
    return acknowledged, refused, unanswered


def _breakdown(counts: Mapping[str, int]) -> str:
    parts = ", ".join(f"{name} {number}" for name, number in sorted(counts.items()))
    return f" ({parts})" if parts else ""
