"""The bank's cardholders: tokens that stand for card numbers, and what a holder's statement shows.

It is the bank, so it may keep numbers. The gateway asks here which card a token stands for.
"""

import secrets
from typing import Any

from world.books import Transaction, new_id

CREDIT = "credit"
DEBIT = "debit"


def token_for(tx: Transaction, card_number: str, holder_name: str) -> str:
    """Return the token of this holder's card, the same one each time."""
    known = tx.value(
        "SELECT token FROM cards WHERE card_number = :number AND holder_name = :holder",
        number=card_number,
        holder=holder_name,
    )
    if known is not None:
        return str(known)
    token = "tok_" + secrets.token_urlsafe(24)
    card = {"token": token, "card_number": card_number, "holder_name": holder_name}
    tx.insert("cards", card)
    return token


def number_behind(tx: Transaction, token: str | None) -> str | None:
    """Return the card number that a token stands for, or None."""
    number: str | None = tx.value("SELECT card_number FROM cards WHERE token = :token", token=token)
    return number


def post_line(
    tx: Transaction,
    card_number: str,
    *,
    amount: int,
    currency: str,
    direction: str,
    description: str,
) -> None:
    """Put one movement on the holder's statement."""
    line = {
        "id": new_id("stl"),
        "card_number": card_number,
        "amount": amount,
        "currency": currency,
        "direction": direction,
        "description": description,
        "posted_at": tx.now,
    }
    tx.insert("statement_lines", line)


def statement(tx: Transaction, card_number: str) -> list[dict[str, Any]]:
    """Return what the holder sees, newest first."""
    rows = tx.all(
        "SELECT id, amount, currency, direction, description, posted_at FROM statement_lines"
        " WHERE card_number = :number ORDER BY seq DESC",
        number=card_number,
    )
    return [dict(row) for row in rows]
