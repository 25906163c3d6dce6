"""The payment gateway's book of charges and refunds. Idempotent by reference, everywhere."""

import json
import sqlite3
from typing import Any

from world import cancellations, cards, shapes, sightings, triggers
from world.books import Transaction, new_id
from world.interference import Interference
from world.operations import NOT_FOUND, Fields, Operation, Reply
from world.settlements import settlements
from world.shapes import object_of, one_of, optional
from world.sightings import NO_FACTS, Facts

TARGET = "gateway"

# A wallet's balance has no funds or freeze that the gateway could know of (contract, section 4).
_REFUSALS_OF_BALANCE = {"insufficient_funds": "declined", "card_frozen": "declined"}

_CARD = {"type": one_of("card"), "token": shapes.name, "last4": shapes.last4}
_BALANCE = {"type": one_of("balance")}
_SOURCES = {"card": _CARD, "balance": _BALANCE}


def _source(value: Any) -> str | None:
    kind = value.get("type") if isinstance(value, dict) else None
    if not isinstance(kind, str) or kind not in _SOURCES:
        return "must be an object whose type is card or balance"
    return object_of(_SOURCES[kind])(value)


_REFERENCE = {"reference": shapes.name}
_CHARGE = _REFERENCE | {
    "amount": shapes.amount,
    "currency": shapes.currency,
    "merchant_id": optional(shapes.name),
    "user_id": shapes.name,
    "source": _source,
    "description": shapes.text,
}
_REFUND = _REFERENCE | {"charge_reference": shapes.name, "amount": shapes.amount}


def listed(tx: Transaction, reference: str | None = None) -> list[dict[str, Any]]:
    """Return the charges in the book, newest first, with what was refunded of each."""
    rows = tx.all(
        "SELECT * FROM charges WHERE :reference IS NULL OR reference = :reference ORDER BY seq DESC",
        reference=reference,
    )
    return [_shown_line(row) for row in rows]


def _settled(tx: Transaction, after: int, most: int) -> list[sqlite3.Row]:
    return tx.all(
        "SELECT * FROM charges WHERE status = 'captured' AND seq > :after ORDER BY seq LIMIT :most",
        after=after,
        most=most,
    )


def _charge(tx: Transaction, fields: Fields, refusal: str | None) -> Reply:
    known = _find(tx, fields["reference"])
    if known is not None:
        return Reply(200, _shown(known, known["status"]))
    if cancellations.find(tx, TARGET, fields["reference"]) is not None:
        return Reply(200, _shown_cancelled(tx, fields["reference"]))
    row = _book(tx, fields, refusal)
    return Reply(200, _shown(row, row["status"]))


def _book(tx: Transaction, fields: Fields, refusal: str | None) -> dict[str, Any]:
    card_number = cards.number_behind(tx, fields["source"].get("token"))
    code = _decline_code(fields, refusal, card_number)
    row = {
        "id": new_id("chg"),
        "reference": fields["reference"],
        "status": "declined" if code else "captured",
        "decline_code": code,
        "amount": fields["amount"],
        "currency": fields["currency"],
        "merchant_id": fields["merchant_id"],
        "user_id": fields["user_id"],
        "card_number": card_number,
        "created_at": tx.now,
    }
    tx.insert("charges", row)
    if not code and card_number:
        text = fields["description"] or "Payment"
        cards.post_line(
            tx,
            card_number,
            amount=fields["amount"],
            currency=fields["currency"],
            direction=cards.DEBIT,
            description=text,
        )
    return row


def _decline_code(fields: Fields, refusal: str | None, card_number: str | None) -> str | None:
    if fields["source"]["type"] == "balance":
        return _REFUSALS_OF_BALANCE.get(refusal or "", refusal)
    return refusal or (None if card_number else "declined")


def _inquire(tx: Transaction, fields: Fields, _refusal: str | None) -> Reply:
    known = _find(tx, fields["reference"])
    if known is not None:
        return Reply(200, _shown(known, _status_now(known)))
    if cancellations.find(tx, TARGET, fields["reference"]) is not None:
        return Reply(200, _shown_cancelled(tx, fields["reference"]))
    return NOT_FOUND


def _cancel(tx: Transaction, fields: Fields, _refusal: str | None) -> Reply:
    reference = fields["reference"]
    known = _find(tx, reference)
    if known is not None:
        return Reply(200, _shown(known, known["status"]))
    cancellations.remember(tx, TARGET, reference)
    _take_late(tx, reference)
    return Reply(200, _shown_cancelled(tx, reference))


def _postpone(tx: Transaction, fields: Fields) -> None:
    """Keep a charge that nobody hears of, until its cancel has been confirmed."""
    reference = fields["reference"]
    if _find(tx, reference) is None and cancellations.find(tx, TARGET, reference) is None:
        tx.run(
            "INSERT OR IGNORE INTO late_charges (reference, request) VALUES (:reference, :request)",
            reference=reference,
            request=json.dumps(fields),
        )


def _take_late(tx: Transaction, reference: str) -> None:
    """Take the money of a postponed charge, whatever the cancel has just promised."""
    request = tx.value("SELECT request FROM late_charges WHERE reference = :ref", ref=reference)
    if request is not None:
        _book(tx, json.loads(request), None)


def _refund(tx: Transaction, fields: Fields, refusal: str | None) -> Reply:
    known = tx.one("SELECT * FROM refunds WHERE reference = :ref", ref=fields["reference"])
    if known is not None:
        return Reply(200, _shown_refund(known))
    charge = _find(tx, fields["charge_reference"])
    amount = fields["amount"]
    code = refusal or (None if charge and amount <= _refundable(charge) else "declined")
    row = {
        "id": new_id("rfd"),
        "reference": fields["reference"],
        "charge_reference": fields["charge_reference"],
        "status": "refused" if code else "refunded",
        "decline_code": code,
        "amount": amount,
        "created_at": tx.now,
    }
    tx.insert("refunds", row)
    if charge and not code:
        _give_back(tx, charge, amount)
    return Reply(200, _shown_refund(row))


def _give_back(tx: Transaction, charge: sqlite3.Row, amount: int) -> None:
    tx.run(
        "UPDATE charges SET refunded_amount = refunded_amount + :amount WHERE seq = :seq",
        amount=amount,
        seq=charge["seq"],
    )
    if charge["card_number"]:
        cards.post_line(
            tx,
            charge["card_number"],
            amount=amount,
            currency=charge["currency"],
            direction=cards.CREDIT,
            description="Refund",
        )


def _refundable(charge: sqlite3.Row) -> int:
    captured: int = charge["amount"] if charge["status"] == "captured" else 0
    return captured - int(charge["refunded_amount"])


def _find(tx: Transaction, reference: str) -> sqlite3.Row | None:
    return tx.one("SELECT * FROM charges WHERE reference = :reference", reference=reference)


def _status_now(row: sqlite3.Row) -> str:
    return "refunded" if row["refunded_amount"] == row["amount"] else str(row["status"])


def _shown(row: sqlite3.Row | dict[str, Any], status: str) -> dict[str, Any]:
    names = ("id", "reference", "decline_code", "amount", "currency", "created_at")
    return {name: row[name] for name in names} | {"status": status}


def _shown_line(row: sqlite3.Row) -> dict[str, Any]:
    names = ("id", "reference", "amount", "refunded_amount", "currency", "created_at")
    return {name: row[name] for name in names} | {"status": _status_now(row)}


def _shown_cancelled(tx: Transaction, reference: str) -> dict[str, Any]:
    cancellation = cancellations.find(tx, TARGET, reference)
    if cancellation is None:
        raise LookupError("only a cancelled reference is shown as cancelled")
    nothing = {"decline_code": None, "amount": None, "currency": None, "status": "cancelled"}
    return {"reference": reference} | dict(cancellation) | nothing


def _shown_refund(row: sqlite3.Row | dict[str, Any]) -> dict[str, Any]:
    names = (
        "id",
        "reference",
        "charge_reference",
        "status",
        "decline_code",
        "amount",
        "created_at",
    )
    return {name: row[name] for name in names}


def _charge_facts(tx: Transaction, fields: Fields) -> Facts:
    facts = Facts(
        amount=fields["amount"],
        merchant_id=fields["merchant_id"],
        user_id=fields["user_id"],
        card_last4=fields["source"].get("last4"),
    )
    return sightings.remember(tx, TARGET, fields["reference"], facts)


def _known_facts(tx: Transaction, fields: Fields) -> Facts:
    return sightings.recall(tx, TARGET, fields["reference"]) or NO_FACTS


def _refund_facts(tx: Transaction, fields: Fields) -> Facts:
    charged = sightings.recall(tx, TARGET, fields["charge_reference"]) or NO_FACTS
    return Facts(fields["amount"], charged.merchant_id, charged.user_id, charged.card_last4)


def _charge_trigger(tx: Transaction, fields: Fields) -> Interference:
    card_number = cards.number_behind(tx, fields["source"].get("token"))
    return triggers.meet(merchant_id=fields["merchant_id"], card_number=card_number)


OPERATIONS = (
    Operation(
        TARGET,
        "charge",
        "POST",
        "/v1/charges",
        _CHARGE,
        _charge,
        _charge_facts,
        _charge_trigger,
        _postpone,
    ),
    Operation(TARGET, "inquire", "GET", "/v1/charges", _REFERENCE, _inquire, _known_facts),
    Operation(TARGET, "cancel", "POST", "/v1/cancellations", _REFERENCE, _cancel, _known_facts),
    Operation(TARGET, "refund", "POST", "/v1/refunds", _REFUND, _refund, _refund_facts),
    settlements(TARGET, _settled, _shown_line),
)
