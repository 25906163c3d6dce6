"""Numbers of the sandbox's doors (contract, section 9), and where it is silent, ours."""

from datetime import timedelta
from typing import Final

DEFAULT_BALANCE: Final = 100_000
LARGEST_BALANCE: Final = 1_000_000_000_000
"""Ten billion yuan. Millions of such users still fit in 64 bits."""

LONGEST_WAIT_SECONDS: Final = 30
"""How long `wait` may hold a request for messages, in real time."""

MOST_AHEAD: Final = timedelta(days=3653)
"""Ten years, leap days included: how far ahead of the machine's clock virtual time may get."""
MOST_STEPS: Final = 10_000
"""Jobs of one advance. One that fails again and again comes once an hour at last, so a year has 8,760 of it."""
