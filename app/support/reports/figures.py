"""Arithmetic of reports. Pure."""

from collections.abc import Sequence


def share(part: int, whole: int) -> float | None:
    """0 to 1 with four digits; None of nothing."""
    return round(part / whole, 4) if whole else None


def percentile(values: Sequence[int], percent: int) -> int | None:
    """The smallest of the values that so many percent of them do not exceed (nearest rank); None of none."""
    if not values:
        return None
    rank = -(-percent * len(values) // 100)
    return sorted(values)[max(rank, 1) - 1]
