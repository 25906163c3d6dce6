"""Two people who stay, to be played with after the tour: always the same, made the first time only."""

from typing import Any

from demo.client import Answer
from demo.expectations import ANYTHING, answered
from demo.people import User, anybody
from demo.tour import Tour

MEI = {"phone": "+8619900000001", "email": "mei@example.com", "balance": 500_000, "bank_card": True}
LEI = {"phone": "+8619900000002", "email": "lei@example.com", "balance": 20_000}
MADE = answered(201, {"identifier": ANYTHING, "password": ANYTHING})
THERE_ALREADY = answered(409, {"code": "identifier_taken"})


def play(tour: Tour) -> None:
    """Make Mei and Lei, and let the one send the other something; or find them there."""
    mei = _make(tour, "Mei has ¥5000.00 and a bank card", MEI)
    _make(tour, "Lei has ¥200.00", LEI)
    if mei.status == MADE.status:
        lunch = {
            "recipient": {"identifier": LEI["email"]},
            "amount": 5_200,
            "currency": "CNY",
            "note": "午饭",
        }
        tour.step(
            "Mei pays Lei back for lunch",
            User.of(mei).move_money("/v1/transfers", lunch),
            answered(201, {"status": "succeeded", "direction": "out"}, "amount", "note"),
        )
    tour.narration.remark("They stay: sign in as mei@example.com with Sandbox-pass-1.")


def _make(tour: Tour, says: str, wishes: dict[str, Any]) -> Answer:
    request = anybody("POST", "/sandbox/v1/users", wishes)
    return tour.step(f"{says} (made the first time, then there)", request, MADE, THERE_ALREADY)
