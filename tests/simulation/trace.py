"""What happened, one line each, readable and the same for the same seed: ids are numbered as they appear."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from tests.simulation.machine import Machine

_ID = re.compile(r"\b([a-z]{3,4})_([0-9a-hjkmnp-tv-z]{26})\b")


@dataclass
class Trace:
    """The lines of one run; `strand` is whose turn it is."""

    machine: Machine
    strand: str = "stage"
    lines: list[str] = field(default_factory=list)
    _names: dict[str, str] = field(default_factory=dict)
    _counts: dict[str, int] = field(default_factory=dict)

    def note(self, text: str) -> None:
        """Add a line under the simulated time since the start."""
        passed = (self.machine.now - self.machine.start).total_seconds()
        self.lines.append(f"{passed:10.3f}  {self.strand:<9} {self.plain(text)}")

    def plain(self, text: str) -> str:
        """The text with ids as `pay#1`, `att#2`."""
        return _ID.sub(self._name, text)

    def moment(self, moment: datetime) -> str:
        """A virtual moment as seconds since the start."""
        return f"+{(moment - self.machine.start).total_seconds():.0f}s"

    def _name(self, match: re.Match[str]) -> str:
        if match[0] not in self._names:
            number = self._counts[match[1]] = self._counts.get(match[1], 0) + 1
            self._names[match[0]] = f"{match[1]}#{number}"
        return self._names[match[0]]
