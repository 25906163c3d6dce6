"""What the routes of payments, top-ups and withdrawals share: their refusals, their answers, and recovery by key."""

from app.auth.errors import (
    ACCOUNT_FROZEN,
    TRANSACTION_PASSWORD_INCORRECT,
    TRANSACTION_PASSWORD_LOCKED,
    TRANSACTION_PASSWORD_NOT_SET,
)
from app.banking.errors import BANK_CARD_NOT_ACTIVE
from app.core.errors import NOT_FOUND
from app.core.http.call import Call, Reply
from app.payments import queries
from app.payments.errors import AMOUNT_OUT_OF_RANGE, CURRENCY_MISMATCH
from app.payments.machine.attempts import AppSeen
from app.payments.operations import PaymentDependencies
from app.payments.presenting import present_card_movement, present_payment
from app.payments.rules import ID_PREFIX, OPEN_STATES, Kind

PASSWORD_ERRORS = (
    TRANSACTION_PASSWORD_INCORRECT,
    TRANSACTION_PASSWORD_LOCKED,
    TRANSACTION_PASSWORD_NOT_SET,
)
MONEY_ERRORS = (AMOUNT_OUT_OF_RANGE, CURRENCY_MISMATCH, ACCOUNT_FROZEN, *PASSWORD_ERRORS)
CARD_ERRORS = (NOT_FOUND, BANK_CARD_NOT_ACTIVE)


def payment_reply(deps: PaymentDependencies, call: Call, payment_id: str) -> Reply:
    """A payment as it stands now."""
    with deps.database.snapshot() as tx:
        record = queries.read_instruction(tx, call.user_id, Kind.PAYMENT, payment_id)
    return Reply(status_of(record), present_payment(record, call.locale))


def card_movement_reply(
    deps: PaymentDependencies, call: Call, kind: Kind, movement_id: str
) -> Reply:
    """A top-up or withdrawal as it stands now."""
    with deps.database.snapshot() as tx:
        record = queries.read_instruction(tx, call.user_id, kind, movement_id)
    return Reply(status_of(record), present_card_movement(record, call.locale))


def status_of(record: queries.InstructionRecord) -> int:
    """202 while the outcome is not known, 201 for any outcome."""
    return 202 if record.instruction.status in OPEN_STATES else 201


def recover_instruction(
    deps: PaymentDependencies, call: Call, subject_id: str, *, running: bool
) -> Reply | None:
    """What a key's first call recorded before it died; None while it is still on its way."""
    kind = next(kind for kind in Kind if subject_id.startswith(f"{ID_PREFIX[kind]}_"))
    with deps.database.snapshot() as tx:
        record = queries.read_instruction(tx, call.user_id, kind, subject_id)
    if running and queries.is_in_flight(record):
        return None
    if kind is Kind.PAYMENT:
        return payment_reply(deps, call, subject_id)
    return card_movement_reply(deps, call, kind, subject_id)


def app_seen(call: Call) -> AppSeen:
    """What the app said of itself with this call."""
    return AppSeen(call.client.app_version, call.client.network_type)
