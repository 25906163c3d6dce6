"""Top-ups and withdrawals over HTTP (contract, section 4)."""

from typing import Any

from app.core.http.call import Call, Reply
from app.core.http.routes import Routes
from app.core.pagination import Page
from app.payments import queries
from app.payments.operations import PaymentDependencies
from app.payments.operations.move_with_card import NewCardMovement, move_with_card
from app.payments.presenting import present_card_movement
from app.payments.replies import (
    CARD_ERRORS,
    MONEY_ERRORS,
    app_seen,
    card_movement_reply,
    recover_instruction,
)
from app.payments.rules import Kind
from app.payments.schemas import CardMovementSchema, NewCardMovementSchema

routes = Routes("card_movements", prefix="/v1", tag="Money")


def _create_card_movement(deps: PaymentDependencies, call: Call, kind: Kind) -> Reply:
    new = NewCardMovement(
        kind=kind,
        bank_card_id=call.body["bank_card_id"],
        amount_minor=call.body["amount"],
        currency=call.body["currency"],
    )
    password = call.body["transaction_password"]
    movement_id = move_with_card(deps, call.user_id, new, password, app_seen(call), call.key)
    return card_movement_reply(deps, call, kind, movement_id)


def _list_card_movements(deps: PaymentDependencies, call: Call, kind: Kind) -> Page[dict[str, Any]]:
    with deps.database.snapshot() as tx:
        page = queries.list_instructions(tx, call.user_id, kind, call.page)
    return page.map(lambda record: present_card_movement(record, call.locale))


def _read_card_movement(
    deps: PaymentDependencies, call: Call, kind: Kind, movement_id: str
) -> dict[str, Any]:
    with deps.database.snapshot() as tx:
        record = queries.read_instruction(tx, call.user_id, kind, movement_id)
    return present_card_movement(record, call.locale)


_CARD_MOVEMENT: dict[str, Any] = {
    "body": NewCardMovementSchema,
    "answers": {201: CardMovementSchema, 202: CardMovementSchema},
    "errors": (*MONEY_ERRORS, *CARD_ERRORS),
    "key": "required",
    "moves_money": True,
    "recover": recover_instruction,
}


@routes.post("/top-ups", **_CARD_MOVEMENT)
def create_top_up(deps: PaymentDependencies, call: Call) -> Reply:
    """Take money from a bank card into the wallet."""
    return _create_card_movement(deps, call, Kind.TOP_UP)


@routes.get("/top-ups", answers={200: CardMovementSchema}, paged=True)
def list_top_ups(deps: PaymentDependencies, call: Call) -> Page[dict[str, Any]]:
    """The caller's top-ups, newest first."""
    return _list_card_movements(deps, call, Kind.TOP_UP)


@routes.get("/top-ups/<top_up_id>", answers={200: CardMovementSchema})
def read_top_up(deps: PaymentDependencies, call: Call, top_up_id: str) -> dict[str, Any]:
    """One top-up with every attempt."""
    return _read_card_movement(deps, call, Kind.TOP_UP, top_up_id)


@routes.post("/withdrawals", **_CARD_MOVEMENT)
def create_withdrawal(deps: PaymentDependencies, call: Call) -> Reply:
    """Send money from the wallet to a bank card."""
    return _create_card_movement(deps, call, Kind.WITHDRAWAL)


@routes.get("/withdrawals", answers={200: CardMovementSchema}, paged=True)
def list_withdrawals(deps: PaymentDependencies, call: Call) -> Page[dict[str, Any]]:
    """The caller's withdrawals, newest first."""
    return _list_card_movements(deps, call, Kind.WITHDRAWAL)


@routes.get("/withdrawals/<withdrawal_id>", answers={200: CardMovementSchema})
def read_withdrawal(deps: PaymentDependencies, call: Call, withdrawal_id: str) -> dict[str, Any]:
    """One withdrawal with every attempt."""
    return _read_card_movement(deps, call, Kind.WITHDRAWAL, withdrawal_id)
