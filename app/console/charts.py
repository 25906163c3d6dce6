"""A chart's figures as the page's script takes them. Pure; charts.js draws."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Line:
    """One value per moment; None where nothing was measured."""

    label: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Chart:
    """Lines over the same moments. `unit` is written behind each value; `stacked` ones are bars that add up."""

    moments: Sequence[datetime]
    lines: Sequence[Line]
    timezone: ZoneInfo
    unit: str = ""
    stacked: bool = False

    def document(self) -> dict[str, Any]:
        """The chart as JSON; times are seconds of the Unix epoch."""
        return {
            "zone": self.timezone.key,
            "times": [int(at.timestamp()) for at in self.moments],
            "lines": [{"label": it.label, "values": list(it.values)} for it in self.lines],
            "unit": self.unit,
            "stacked": self.stacked,
        }
