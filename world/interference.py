"""What can go wrong with a call, as tables: how it is answered, and which fault kind does what where.

Who asked for it is elsewhere: faults.py (counted, made by tests) and triggers.py (magic values). How a
manner of answering looks on a socket is in connection.py and mailbox.py.
"""

from dataclasses import dataclass, replace
from enum import StrEnum


class Manner(StrEnum):
    """How a call is answered, whether or not the act was done."""

    PLAIN = "plain"
    RESET = "reset"
    SILENCE = "silence"
    SERVER_ERROR = "server_error"
    MAINTENANCE = "maintenance"
    GARBAGE = "garbage"
    DRIP = "drip"


@dataclass(frozen=True, slots=True)
class Interference:
    """What is done instead of the ordinary: is the act done, is it refused and why, how answered.

    `late` leaves the act undone until a cancel has promised that it never will be. `callbacks` is how
    often the outcome is told by a callback, `delay_seconds` how long (real time) the answer is held
    back; the act itself is done when the request arrives, as behind a slow gateway.
    """

    acts: bool = True
    refusal: str | None = None
    manner: Manner = Manner.PLAIN
    late: bool = False
    callbacks: int = 0
    delay_seconds: float = 0.0

    @property
    def leaves_the_ordinary(self) -> bool:
        """Whether act and answer are as they would be without it, though late or told of again."""
        return replace(self, callbacks=0, delay_seconds=0.0) == UNDISTURBED


UNDISTURBED = Interference()

Door = tuple[str, str]
"""A target and one of its operations."""

OPERATIONS = {
    "gateway": ("charge", "inquire", "cancel", "refund"),
    "bank": ("tokenise", "payout", "deposit", "reverse_deposit", "inquire", "cancel"),
    "sms": ("send",),
    "email": ("send",),
}
TARGETS = tuple(OPERATIONS)

_EVERY_DOOR = frozenset((target, name) for target, names in OPERATIONS.items() for name in names)
_HTTP_DOORS = _EVERY_DOOR - {("email", "send")}
_REFUSING_DOORS = frozenset(
    {
        ("gateway", "charge"),
        ("gateway", "refund"),
        ("bank", "tokenise"),
        ("bank", "payout"),
        ("bank", "deposit"),
    }
)
_FUNDED_DOORS = frozenset({("gateway", "charge"), ("bank", "payout")})
_CARD_DOORS = _REFUSING_DOORS - {("gateway", "refund")}
_CALLBACK_DOORS = frozenset({("gateway", "charge"), ("bank", "payout"), ("bank", "deposit")})


@dataclass(frozen=True, slots=True)
class Kind:
    """A fault kind: where it suits, and what it does there.

    `interference` is None for the kind that closes the port: no request ever arrives, so it is counted
    by connections and can look at neither operation nor content. `delays`: a fault of the kind says
    for how long it holds the answer back, those of other kinds say nothing of it.
    """

    doors: frozenset[Door]
    interference: Interference | None
    delays: bool = False


def _before(manner: Manner) -> Interference:
    return Interference(acts=False, manner=manner)


def _after(manner: Manner) -> Interference:
    return Interference(manner=manner)


CONNECTION_REFUSED = "connection_refused"

KINDS = {
    CONNECTION_REFUSED: Kind(_EVERY_DOOR, None),
    "reset_before": Kind(_EVERY_DOOR, _before(Manner.RESET)),
    "reset_after": Kind(_EVERY_DOOR, _after(Manner.RESET)),
    "hang_before": Kind(_EVERY_DOOR, _before(Manner.SILENCE)),
    "hang_after": Kind(_EVERY_DOOR, _after(Manner.SILENCE)),
    "drip": Kind(_EVERY_DOOR, _after(Manner.DRIP)),
    "http_500": Kind(_HTTP_DOORS, _before(Manner.SERVER_ERROR)),
    "http_503": Kind(_HTTP_DOORS, _before(Manner.MAINTENANCE)),
    "garbage": Kind(_HTTP_DOORS, _after(Manner.GARBAGE)),
    "declined": Kind(_REFUSING_DOORS, Interference(refusal="declined")),
    "insufficient_funds": Kind(_FUNDED_DOORS, Interference(refusal="insufficient_funds")),
    "card_frozen": Kind(_CARD_DOORS, Interference(refusal="card_frozen")),
    "delay": Kind(_EVERY_DOOR, Interference(), delays=True),
    "duplicate_callback": Kind(_CALLBACK_DOORS, Interference(callbacks=2)),
    "late_success": Kind(
        frozenset({("gateway", "charge")}),
        Interference(acts=False, late=True, manner=Manner.RESET),
    ),
}


def suits(kind: Kind, target: str, operation: str | None) -> bool:
    """Whether a kind can happen at this operation, or at any one of the target where it is None."""
    return any(
        door_target == target and operation in (None, door_operation)
        for door_target, door_operation in kind.doors
    )
