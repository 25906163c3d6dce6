"""A new bank card in place of the old one: unbound, bound, proved by a micro-deposit, used."""

from demo.card_numbers import ISSUER_PREFIX, new_card_number
from demo.client import Answer, Request
from demo.expectations import ANYTHING, answered
from demo.people import User, anybody
from demo.sandbox import choose_merchant, meet_user
from demo.tour import Tour

START = 100_000
PAID, TOPPED_UP = 8_800, 50_000
LARGEST_DEPOSIT = 99
"""The micro-deposit is 1 to this many fen (contract, section 10)."""


def play(tour: Tour) -> None:
    """From the old card to the new one."""
    user = meet_user(tour, "A user with a bank card is to change it", bank_card=True)
    merchant = choose_merchant(tour)
    old = _unbind_old(tour, user)
    new = _bind_new(tour, user)
    _use(tour, user, merchant, old, new)


def _unbind_old(tour: Tour, user: User) -> str:
    listed = tour.step(
        "Their cards",
        user.get("/v1/bank-cards"),
        answered(
            200,
            {"data.*.status": ["active"], "data.0.is_default": True},
            "data.*.id",
            "data.*.bank.name",
            "data.*.last4",
        ),
    )
    old = str(listed["data.0.id"])
    path = f"/v1/bank-cards/{old}/unbind"
    tour.step(
        "A wrong transaction password unbinds nothing and costs one try of five",
        user.post(path, {"transaction_password": _other_than(user.transaction_password)}),
        answered(403, {"code": "transaction_password_incorrect", "attempts_remaining": 4}),
    )
    tour.step(
        "The right one unbinds the old card",
        user.post(path, {"transaction_password": user.transaction_password}),
        answered(200, {"id": old, "status": "unbound", "unbound_at": ANYTHING}),
    )
    return old


def _bind_new(tour: Tour, user: User) -> str:
    number = new_card_number()
    tour.step(
        "The first digits of the new card tell its bank",
        user.get("/v1/banks", card_number_prefix=ISSUER_PREFIX),
        answered(200, {"bank.code": "ICBC", "card_type": "debit"}, "bank.name"),
    )
    bound = tour.step(
        "The new card is bound, but moves no money before it is proved",
        user.post("/v1/bank-cards", _binding(user, number)),
        answered(
            201,
            {
                "status": "pending_verification",
                "last4": number[-4:],
                "verification.method": "micro_deposit",
                "verification.attempts_remaining": 3,
            },
            "id",
            "holder_name",
        ),
    )
    tour.step_soon(
        "The bank has been asked to send one small amount, and says that it has",
        user.get(f"/v1/bank-cards/{bound['id']}"),
        answered(200, {"verification.deposit_status": "sent"}, "verification.expires_at"),
    )
    _confirm(tour, user, bound, _deposit_on_statement(tour, number))
    return str(bound["id"])


def _deposit_on_statement(tour: Tour, number: str) -> int:
    statement = tour.step_soon(
        "The cardholder reads the amount off the statement",
        anybody("GET", "/sandbox/v1/bank-statements", card_number=number),
        answered(
            200,
            {"data.*.direction": ["credit"]},
            "data.0.amount",
            "data.0.description",
            "data.0.posted_at",
        ),
    )
    return int(statement["data.0.amount"])


def _confirm(tour: Tour, user: User, bound: Answer, amount: int) -> None:
    path = f"/v1/bank-cards/{bound['id']}/confirm"
    tour.step(
        "A wrong amount costs one try of three",
        user.post(path, {"amount": amount % LARGEST_DEPOSIT + 1}),
        answered(422, {"code": "micro_deposit_incorrect", "attempts_remaining": 2}),
    )
    tour.step(
        "The right one proves it",
        user.post(path, {"amount": amount}),
        answered(200, {"status": "active", "is_default": True}),
    )


def _use(tour: Tour, user: User, merchant: str, old: str, new: str) -> None:
    tour.step(
        "The old card pays nothing any more",
        _pay_by_card(user, merchant, old),
        answered(409, {"code": "bank_card_not_active"}),
    )
    tour.step(
        "The new card pays ¥88.00",
        _pay_by_card(user, merchant, new),
        answered(
            201, {"status": "succeeded", "source": {"type": "bank_card", "id": new}}, "amount"
        ),
    )
    top_up = {
        "bank_card_id": new,
        "amount": TOPPED_UP,
        "currency": "CNY",
        "transaction_password": user.transaction_password,
    }
    tour.step(
        "And tops up ¥500.00",
        user.move_money("/v1/top-ups", top_up),
        answered(201, {"status": "succeeded", "bank_card_id": new}, "amount"),
    )
    tour.step(
        "Which are in the wallet; the payment by card left it alone",
        user.get("/v1/wallet"),
        answered(200, {"available": START + TOPPED_UP, "held": 0}),
    )
    tour.step(
        "The history keeps both cards",
        user.get("/v1/bank-cards", status="all"),
        answered(200, {"data.*.id": [new, old], "data.*.status": ["active", "unbound"]}),
    )


def _binding(user: User, number: str) -> dict[str, str]:
    return {
        "card_number": number,
        "holder_name": "Wang Fang",
        "phone": user.phone,
        "transaction_password": user.transaction_password,
    }


def _pay_by_card(user: User, merchant: str, card_id: str) -> Request:
    return user.pay(merchant, PAID, source={"type": "bank_card", "id": card_id})


def _other_than(transaction_password: str) -> str:
    return "135792" if transaction_password != "135792" else "135793"  # noqa: S105 - not secrets
