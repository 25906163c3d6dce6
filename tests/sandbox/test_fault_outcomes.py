"""Every fault kind over real sockets: what the attempt records, and how the movement ends after inquiries.

That faults and triggers together reach every failure code is in test_triggers.py.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from app.edges.bank import HttpBank
from app.edges.deadline import Limits
from app.edges.refusals import RefusalReporter
from app.payments.failures import FAILURES
from app.sandbox.schemas import FAULT_KINDS
from tests.sandbox.doors import Doors, SandboxUser
from tests.world.running import RunningWorld, at_once

SETTLED_AFTER_SECONDS = 70
IMPATIENT = Limits(total_seconds=1.5)
CLOSES_THE_PORT = "connection_refused"
MORE = {"delay": {"delay_ms": 200}}

# kind: what the attempt records when the call is over (None: it went well), and whether money moved.
ANYWHERE = {
    CLOSES_THE_PORT: ("connection_refused", False),
    "reset_before": ("connection_reset", False),
    "reset_after": ("connection_reset", True),
    "hang_before": ("read_timeout", False),
    "hang_after": ("read_timeout", True),
    "drip": ("read_timeout", True),
    "http_500": ("gateway_unavailable", False),
    "http_503": ("gateway_maintenance", False),
    "garbage": ("gateway_bad_response", True),
    "declined": ("gateway_declined", False),
    "delay": (None, True),
    "duplicate_callback": (None, True),
}
LATE = {"late_success": ("connection_reset", False)}
FROM_BALANCE = (
    ANYWHERE
    | LATE
    | dict.fromkeys(("insufficient_funds", "card_frozen"), ("gateway_declined", False))
)
FROM_CARD = (
    ANYWHERE
    | LATE
    | {
        "insufficient_funds": ("card_balance", False),
        "card_frozen": ("card_frozen", False),
    }
)
TO_CARD = ANYWHERE | {
    "insufficient_funds": ("gateway_declined", False),  # who receives money cannot lack it
    "card_frozen": ("card_frozen", False),
}

Outcomes = dict[str, tuple[str | None, bool]]
Move = Callable[[SandboxUser], Any]


def walk(doors: Doors, target: str, operation: str, path: str, outcomes: Outcomes, move: Move):
    """Bring every kind upon one user each, all at once; the one that sees nobody's id comes first."""
    users = {kind: doors.user(bank_card=True) for kind in outcomes}
    doors.fault(target, CLOSES_THE_PORT)
    answers = {CLOSES_THE_PORT: move(users[CLOSES_THE_PORT])}
    others = [kind for kind in outcomes if kind != CLOSES_THE_PORT]
    for kind in others:
        match = {"user_id": users[kind].made["user"]["id"]}
        doors.fault(target, kind, operation=operation, match=match, **MORE.get(kind, {}))
    moved = at_once(len(others), lambda number: move(users[others[number]]))
    answers |= dict(zip(others, moved, strict=True))
    recorded = {
        kind: (answer["attempts"][0]["failure_code"], answer["status"])
        for kind, answer in answers.items()
    }
    doors.advance(SETTLED_AFTER_SECONDS)
    for kind, (code, happened) in outcomes.items():
        found = users[kind].client.get(f"/v1/{path}/{answers[kind]['id']}").body
        assert recorded[kind][0] == code, (kind, recorded[kind])
        assert found["status"] == ("succeeded" if happened else "failed"), (kind, found)
        failure = None if happened else (FAILURES[code or ""].reason, code)
        said = found["failure"] and (found["failure"]["reason"], found["failure"]["code"])
        assert said == failure, (kind, found)
    assert {(each["hits"], each["remaining"]) for each in doors.listing("/faults")} == {(1, 0)}
    doors.check()


def test_every_kind_has_a_known_outcome() -> None:
    assert set(FROM_BALANCE) == set(FROM_CARD) == set(FAULT_KINDS)
    assert set(TO_CARD) == set(FAULT_KINDS) - {"late_success"}


def test_every_fault_of_a_charge_on_the_balance_ends_as_it_should(live: Doors) -> None:
    walk(live, "gateway", "charge", "payments", FROM_BALANCE, SandboxUser.pay)


def test_every_fault_of_a_charge_on_a_card_ends_as_it_should(live: Doors) -> None:
    def pay(user: SandboxUser) -> Any:
        return user.pay(source={"type": "bank_card", "id": user.card_id})

    walk(live, "gateway", "charge", "payments", FROM_CARD, pay)


def test_every_fault_of_a_payout_ends_as_it_should(live: Doors, world: RunningWorld) -> None:
    def withdraw(user: SandboxUser) -> Any:
        return user.move("withdrawals")

    with impatient_bank(live, world):
        walk(live, "bank", "payout", "withdrawals", TO_CARD, withdraw)


@contextmanager
def impatient_bank(doors: Doors, world: RunningWorld) -> Iterator[None]:
    """Have withdrawals wait for a silent bank as shortly as payments do for the gateway."""
    payments = doors.wallet.payments
    before, told = payments.bank, RefusalReporter(world.addresses["control"], "bank")
    bank = HttpBank(world.addresses["bank"], on_refused=told, limits=IMPATIENT)
    object.__setattr__(payments, "bank", bank)  # frozen for everybody else
    try:
        yield
    finally:
        object.__setattr__(payments, "bank", before)
