"""The bank's book of payouts, micro-deposits and their reversals. Idempotent by reference, everywhere.

Tokens and statements are in cards.py; a reversal takes place once per deposit, however often asked.
"""

import sqlite3
from dataclasses import dataclass
from typing import Any

from world import cancellations, cards, shapes, sightings, triggers
from world.books import Transaction, new_id
from world.interference import Interference
from world.operations import NOT_FOUND, Fields, Operation, Reply
from world.settlements import settlements
from world.sightings import NO_FACTS, Facts

TARGET = "bank"

# Who receives money cannot lack it.
_REFUSALS_OF_PAYOUT = {"insufficient_funds": "declined"}


@dataclass(frozen=True, slots=True)
class _Credit:
    """What tells the two kinds of money to a card apart."""

    kind: str
    done: str
    description: str


_PAYOUT_CREDIT = _Credit("payout", "paid", "Withdrawal")
_DEPOSIT_CREDIT = _Credit("deposit", "posted", "Deposit")

_REFERENCE = {"reference": shapes.name}
_TOKEN = {
    "card_number": shapes.card_number,
    "holder_name": shapes.name,
    "phone": shapes.name,
}
_PAYOUT = _REFERENCE | {
    "token": shapes.name,
    "user_id": shapes.name,
    "card_last4": shapes.last4,
    "amount": shapes.amount,
    "currency": shapes.currency,
}
_DEPOSIT = _PAYOUT | {"description": shapes.text}
_REVERSAL = _REFERENCE | {"deposit_reference": shapes.name}


def listed(tx: Transaction) -> list[dict[str, Any]]:
    """Return the whole book, newest first."""
    return [_shown(row) for row in tx.all("SELECT * FROM movements ORDER BY seq DESC")]


def _settled(tx: Transaction, after: int, most: int) -> list[sqlite3.Row]:
    return tx.all(
        "SELECT * FROM movements WHERE status != 'declined' AND seq > :after"
        " ORDER BY seq LIMIT :most",
        after=after,
        most=most,
    )


def _tokenise(tx: Transaction, fields: Fields, refusal: str | None) -> Reply:
    if refusal:
        return Reply(422, {"code": refusal})
    return Reply(200, {"token": cards.token_for(tx, fields["card_number"], fields["holder_name"])})


def _payout(tx: Transaction, fields: Fields, refusal: str | None) -> Reply:
    code = _REFUSALS_OF_PAYOUT.get(refusal or "", refusal)
    return _credit(tx, fields, code, _PAYOUT_CREDIT)


def _deposit(tx: Transaction, fields: Fields, refusal: str | None) -> Reply:
    return _credit(tx, fields, refusal, _DEPOSIT_CREDIT)


def _credit(tx: Transaction, fields: Fields, refusal: str | None, credit: _Credit) -> Reply:
    earlier = _earlier(tx, fields["reference"])
    if earlier is not None:
        return earlier
    card_number = cards.number_behind(tx, fields["token"])
    code = refusal or (None if card_number else "declined")
    row = {
        "id": new_id("mov"),
        "reference": fields["reference"],
        "kind": credit.kind,
        "status": "declined" if code else credit.done,
        "decline_code": code,
        "amount": fields["amount"],
        "currency": fields["currency"],
        "user_id": fields["user_id"],
        "card_number": card_number,
        "card_last4": fields["card_last4"],
        "created_at": tx.now,
    }
    tx.insert("movements", row)
    if card_number and not code:
        cards.post_line(
            tx,
            card_number,
            amount=fields["amount"],
            currency=fields["currency"],
            direction=cards.CREDIT,
            description=fields.get("description") or credit.description,
        )
    return Reply(200, _shown(row))


def _reverse(tx: Transaction, fields: Fields, _refusal: str | None) -> Reply:
    known = _find(tx, fields["reference"]) or _reversal_of(tx, fields["deposit_reference"])
    if known is not None:
        return Reply(200, _shown(known) | {"reference": fields["reference"]})
    deposit = _find(tx, fields["deposit_reference"])
    if deposit is None or deposit["status"] != "posted":
        return _nothing_to_reverse(tx, fields, never_seen=deposit is None)
    row = {
        "id": new_id("mov"),
        "reference": fields["reference"],
        "kind": "deposit_reversal",
        "status": "reversed",
        "amount": deposit["amount"],
        "currency": deposit["currency"],
        "user_id": deposit["user_id"],
        "card_number": deposit["card_number"],
        "card_last4": deposit["card_last4"],
        "deposit_reference": deposit["reference"],
        "created_at": tx.now,
    }
    tx.insert("movements", row)
    cards.post_line(
        tx,
        deposit["card_number"],
        amount=deposit["amount"],
        currency=deposit["currency"],
        direction=cards.DEBIT,
        description="Deposit reversed",
    )
    return Reply(200, _shown(row | {"decline_code": None}))


def _nothing_to_reverse(tx: Transaction, fields: Fields, *, never_seen: bool) -> Reply:
    if never_seen:
        cancellations.remember(tx, TARGET, fields["deposit_reference"])
    reference = fields["reference"]
    return Reply(200, {"id": None, "reference": reference, "status": "not_found"})


def _inquire(tx: Transaction, fields: Fields, _refusal: str | None) -> Reply:
    return _earlier(tx, fields["reference"]) or NOT_FOUND


def _cancel(tx: Transaction, fields: Fields, _refusal: str | None) -> Reply:
    if _find(tx, fields["reference"]) is None:
        cancellations.remember(tx, TARGET, fields["reference"])
    return _earlier(tx, fields["reference"]) or NOT_FOUND


def _earlier(tx: Transaction, reference: str) -> Reply | None:
    """Return what a reference has come to, or None for one never seen."""
    known = _find(tx, reference)
    if known is not None:
        return Reply(200, _shown(known))
    cancellation = cancellations.find(tx, TARGET, reference)
    if cancellation is None:
        return None
    nothing = dict.fromkeys(("kind", "decline_code", "amount", "currency"))
    document = {"reference": reference, "status": "cancelled"} | nothing | dict(cancellation)
    return Reply(200, document)


def _find(tx: Transaction, reference: str) -> sqlite3.Row | None:
    return tx.one("SELECT * FROM movements WHERE reference = :reference", reference=reference)


def _reversal_of(tx: Transaction, deposit_reference: str) -> sqlite3.Row | None:
    return tx.one(
        "SELECT * FROM movements WHERE deposit_reference = :reference", reference=deposit_reference
    )


def _shown(row: sqlite3.Row | dict[str, Any]) -> dict[str, Any]:
    names = ("id", "reference", "kind", "status", "amount", "currency", "created_at")
    return {name: row[name] for name in names} | {"decline_code": row["decline_code"]}


def _shown_line(row: sqlite3.Row) -> dict[str, Any]:
    return {name: value for name, value in _shown(row).items() if name != "decline_code"}


def _token_facts(_tx: Transaction, fields: Fields) -> Facts:
    return Facts(card_last4=fields["card_number"][-4:])


def _credit_facts(tx: Transaction, fields: Fields) -> Facts:
    facts = Facts(
        amount=fields["amount"], user_id=fields["user_id"], card_last4=fields["card_last4"]
    )
    return sightings.remember(tx, TARGET, fields["reference"], facts)


def _reversal_facts(tx: Transaction, fields: Fields) -> Facts:
    facts = sightings.recall(tx, TARGET, fields["deposit_reference"]) or NO_FACTS
    return sightings.remember(tx, TARGET, fields["reference"], facts)


def _known_facts(tx: Transaction, fields: Fields) -> Facts:
    return sightings.recall(tx, TARGET, fields["reference"]) or NO_FACTS


def _payout_trigger(tx: Transaction, fields: Fields) -> Interference:
    return triggers.meet(card_number=cards.number_behind(tx, fields["token"]))


OPERATIONS = (
    Operation(TARGET, "tokenise", "POST", "/v1/tokens", _TOKEN, _tokenise, _token_facts),
    Operation(
        TARGET, "payout", "POST", "/v1/payouts", _PAYOUT, _payout, _credit_facts, _payout_trigger
    ),
    Operation(TARGET, "deposit", "POST", "/v1/deposits", _DEPOSIT, _deposit, _credit_facts),
    Operation(
        TARGET,
        "reverse_deposit",
        "POST",
        "/v1/deposit-reversals",
        _REVERSAL,
        _reverse,
        _reversal_facts,
    ),
    Operation(TARGET, "inquire", "GET", "/v1/movements", _REFERENCE, _inquire, _known_facts),
    Operation(TARGET, "cancel", "POST", "/v1/cancellations", _REFERENCE, _cancel, _known_facts),
    settlements(TARGET, _settled, _shown_line),
)
