"""Timeline sources of what moved money, or tried to."""

from typing import Any, Final

import sqlalchemy as sa

from app.auth.models import User
from app.banking.cards import mask_holder_name
from app.core.locale import Text
from app.core.money import amount_text
from app.payments.models import Attempt, ClientEvent, Instruction, Merchant, Refund, Transfer
from app.payments.rules import Kind, Status
from app.support.customers.timeline.entries import EntryType, Rows, Source, Told
from app.support.customers.timeline.words import said_status
from app.support.diagnosis.wording import compose


def _instructions(kind: Kind) -> Any:
    columns = (
        Instruction.id,
        Instruction.created_at,
        Instruction.status,
        Instruction.failure_code,
        Instruction.amount_minor,
        Instruction.currency,
        Instruction.refunded_minor,
        Instruction.attempts_made,
        Instruction.bank_card_id,
        Instruction.merchant_order_no,
        Merchant.name_zh,
        Merchant.name_en,
    )
    query = sa.select(*columns).outerjoin(Merchant, Merchant.id == Instruction.merchant_id)
    return lambda user_id: query.where(Instruction.user_id == user_id, Instruction.kind == kind)


_SAID: Final = {
    Kind.PAYMENT: Text(
        "向{merchant}付款{amount}：{status}", "Payment of {amount} to {merchant}: {status}"
    ),
    Kind.TOP_UP: Text("充值{amount}：{status}", "Top-up of {amount}: {status}"),
    Kind.WITHDRAWAL: Text("提现{amount}：{status}", "Withdrawal of {amount}: {status}"),
}


def _tell_instruction(kind: Kind) -> Any:
    def tell(row: Any) -> Told:
        text = compose(
            _SAID[kind],
            merchant=Text(row.name_zh or "", row.name_en or ""),
            amount=amount_text(row.amount_minor, row.currency),
            status=said_status(row.status, row.failure_code),
        )
        detail = {
            "attempts": row.attempts_made,
            "bank_card_id": row.bank_card_id,
            "merchant_order_no": row.merchant_order_no,
            "refunded_amount": row.refunded_minor,
        }
        return Told(text, row.status, row.failure_code, row.amount_minor, row.currency, detail)

    return tell


def _attempts(user_id: str) -> Rows:
    return (
        sa.select(
            Attempt.id,
            Attempt.started_at,
            Attempt.finished_at,
            Attempt.instruction_id,
            Attempt.number,
            Attempt.outcome,
            Attempt.failure_code,
            Attempt.gateway_reference,
            Attempt.http_status,
            Attempt.latency_ms,
            Attempt.app_version,
            Attempt.network_type,
            Instruction.amount_minor,
            Instruction.currency,
        )
        .join(Instruction, Instruction.id == Attempt.instruction_id)
        .where(Attempt.user_id == user_id)
    )


def _tell_attempt(row: Any) -> Told:
    said = Text("第{number}次尝试：{status}", "Attempt {number}: {status}")
    text = compose(said, number=str(row.number), status=said_status(row.outcome, row.failure_code))
    detail = {
        "instruction_id": row.instruction_id,
        "number": row.number,
        "gateway_reference": row.gateway_reference,
        "http_status": row.http_status,
        "latency_ms": row.latency_ms,
        "app_version": row.app_version,
        "network_type": row.network_type,
    }
    return Told(text, row.outcome, row.failure_code, row.amount_minor, row.currency, detail)


def _refunds(user_id: str) -> Rows:
    return sa.select(
        Refund.id,
        Refund.created_at,
        Refund.instruction_id,
        Refund.status,
        Refund.failure_code,
        Refund.cause,
        Refund.amount_minor,
        Refund.currency,
    ).where(Refund.user_id == user_id)


def _tell_refund(row: Any) -> Told:
    text = compose(
        Text("退款{amount}：{status}", "Refund of {amount}: {status}"),
        amount=amount_text(row.amount_minor, row.currency),
        status=said_status(row.status, row.failure_code),
    )
    detail = {"instruction_id": row.instruction_id, "cause": row.cause}
    return Told(text, row.status, row.failure_code, row.amount_minor, row.currency, detail)


def _transfers(mine: Any, other: Any, *conditions: Any) -> Any:
    query = sa.select(
        Transfer.id,
        Transfer.created_at,
        Transfer.status,
        Transfer.failure_code,
        Transfer.amount_minor,
        Transfer.currency,
        User.display_name,
        other.label("other_id"),
    ).join(User, User.id == other)
    return lambda user_id: query.where(mine == user_id, *conditions)


def _tell_transfer(said: Text) -> Any:
    def tell(row: Any) -> Told:
        text = compose(
            said,
            name=mask_holder_name(row.display_name),
            amount=amount_text(row.amount_minor, row.currency),
            status=said_status(row.status, row.failure_code),
        )
        detail = {"counterparty_id": row.other_id}
        return Told(text, row.status, row.failure_code, row.amount_minor, row.currency, detail)

    return tell


def _client_events(user_id: str) -> Rows:
    return sa.select(
        ClientEvent.id,
        ClientEvent.occurred_at,
        ClientEvent.type,
        ClientEvent.error,
        ClientEvent.amount_minor,
        ClientEvent.currency,
        ClientEvent.app_version,
        ClientEvent.network_type,
        ClientEvent.recorded_at,
    ).where(ClientEvent.user_id == user_id)


_EVENTS: Final = {
    "payment_request_failed": Text("手机未能发出付款请求", "The phone could not send a payment"),
    "app_update_required": Text(
        "应用版本过旧，请求被拒绝", "A call was refused: the app is too old"
    ),
}


def _tell_client_event(row: Any) -> Told:
    text = compose(
        Text("{said}（{error}）", "{said} ({error})"), said=_EVENTS[row.type], error=row.error
    )
    detail = {
        "type": row.type,
        "app_version": row.app_version,
        "network_type": row.network_type,
    }
    return Told(text, None, row.error, row.amount_minor, row.currency, detail)


_SENT: Final = Text("向{name}转账{amount}：{status}", "Transfer of {amount} to {name}: {status}")
_RECEIVED: Final = Text("收到{name}转账{amount}", "Transfer of {amount} from {name}")

MONEY_SOURCES: Final = (
    *(
        Source(
            type=entry_type,
            event="created",
            at=Instruction.created_at,
            row_id=Instruction.id,
            query=_instructions(kind),
            tell=_tell_instruction(kind),
        )
        for entry_type, kind in (
            (EntryType.PAYMENT, Kind.PAYMENT),
            (EntryType.TOP_UP, Kind.TOP_UP),
            (EntryType.WITHDRAWAL, Kind.WITHDRAWAL),
        )
    ),
    Source(EntryType.ATTEMPT, "started", Attempt.started_at, Attempt.id, _attempts, _tell_attempt),
    Source(EntryType.REFUND, "created", Refund.created_at, Refund.id, _refunds, _tell_refund),
    Source(
        type=EntryType.TRANSFER,
        event="sent",
        at=Transfer.created_at,
        row_id=Transfer.id,
        query=_transfers(Transfer.sender_id, Transfer.recipient_id),
        tell=_tell_transfer(_SENT),
    ),
    Source(
        type=EntryType.TRANSFER,
        event="received",
        at=Transfer.created_at,
        row_id=Transfer.id,
        query=_transfers(
            Transfer.recipient_id, Transfer.sender_id, Transfer.status == Status.SUCCEEDED
        ),
        tell=_tell_transfer(_RECEIVED),
    ),
    Source(
        type=EntryType.CLIENT_EVENT,
        event="reported",
        at=ClientEvent.occurred_at,
        row_id=ClientEvent.id,
        query=_client_events,
        tell=_tell_client_event,
    ),
)
