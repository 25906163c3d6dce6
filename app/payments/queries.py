"""Reading payments, top-ups, withdrawals, transfers and merchants, each only by who may see it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from app.auth.models import User
from app.core.database import Transaction
from app.core.errors import NOT_FOUND
from app.core.pagination import Page, PageRequest, fetch_page
from app.payments.failures import FAILURES
from app.payments.models import Attempt, Instruction, Merchant, Refund, Transfer
from app.payments.rules import Kind, RefundStatus, Status, refund_sources_of

Part = TypeVar("Part", Attempt, Refund)


@dataclass(frozen=True, slots=True)
class InstructionRecord:
    """A payment, top-up or withdrawal with its attempts and refunds (first to last) and its merchant."""

    instruction: Instruction
    attempts: Sequence[Attempt]
    refunds: Sequence[Refund]
    merchant: Merchant | None


@dataclass(frozen=True, slots=True)
class TransferRecord:
    """A transfer as one of its two sides sees it."""

    transfer: Transfer
    incoming: bool
    counterparty_name: str


@dataclass(frozen=True, slots=True)
class PaymentFilter:
    """What a list of payments is narrowed to; None means any."""

    status: str | None = None
    failure_reason: str | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    amount: int | None = None


def own_instruction(tx: Transaction, user_id: str, kind: Kind, instruction_id: str) -> Instruction:
    """The user's own instruction of that kind. Raises NOT_FOUND, for somebody else's too."""
    found = tx.get(Instruction, instruction_id)
    if found is None or found.user_id != user_id or found.kind != kind:
        raise NOT_FOUND()
    return found


def read_instruction(
    tx: Transaction, user_id: str, kind: Kind, instruction_id: str
) -> InstructionRecord:
    """One payment, top-up or withdrawal of the user's. Raises NOT_FOUND."""
    return _records(tx, [own_instruction(tx, user_id, kind, instruction_id)])[0]


def list_instructions(
    tx: Transaction,
    user_id: str,
    kind: Kind,
    page: PageRequest,
    wanted: PaymentFilter = PaymentFilter(),
) -> Page[InstructionRecord]:
    """The user's instructions of a kind, newest first."""
    query = sa.select(Instruction).where(
        Instruction.user_id == user_id, Instruction.kind == kind, *_conditions(wanted)
    )
    rows = fetch_page(tx, query, page, at=Instruction.created_at, row_id=Instruction.id)
    return Page(_records(tx, rows.data), rows.next)


def is_in_flight(record: InstructionRecord) -> bool:
    """Whether the last attempt has not come back yet (or died on the way)."""
    attempts = record.attempts
    return record.instruction.status == Status.PROCESSING and attempts[-1].finished_at is None


def open_refunds(tx: Transaction, instruction_id: str) -> Sequence[str]:
    """The ids of a movement's refunds that may still end otherwise, also those that people look at, first to last."""
    query = sa.select(Refund.id).where(
        Refund.instruction_id == instruction_id,
        Refund.status.in_(refund_sources_of(RefundStatus.SUCCEEDED)),
    )
    return tx.scalars(query.order_by(Refund.created_at, Refund.id)).all()


def read_transfer(tx: Transaction, user_id: str, transfer_id: str) -> TransferRecord:
    """A transfer of one of its sides; the recipient sees no failed one. Raises NOT_FOUND."""
    found = tx.get(Transfer, transfer_id)
    if found is None or not _may_see(found, user_id):
        raise NOT_FOUND()
    return _transfer_records(tx, user_id, [found])[0]


def list_transfers(tx: Transaction, user_id: str, page: PageRequest) -> Page[TransferRecord]:
    """Transfers that the user sent, or received with success, newest first."""
    received = sa.and_(Transfer.recipient_id == user_id, Transfer.status == Status.SUCCEEDED)
    query = sa.select(Transfer).where(sa.or_(Transfer.sender_id == user_id, received))
    rows = fetch_page(tx, query, page, at=Transfer.created_at, row_id=Transfer.id)
    return Page(_transfer_records(tx, user_id, rows.data), rows.next)


def list_merchants(tx: Transaction, page: PageRequest) -> Page[Merchant]:
    """The merchants that one can pay."""
    return fetch_page(tx, sa.select(Merchant), page, at=Merchant.created_at, row_id=Merchant.id)


def user_exists(tx: Transaction, user_id: str) -> bool:
    """Whether there is such a user."""
    return tx.get(User, user_id) is not None


def _conditions(wanted: PaymentFilter) -> list[sa.ColumnElement[bool]]:
    codes = [code for code, it in FAILURES.items() if it.reason == wanted.failure_reason]
    by_field: dict[str, Callable[[Any], sa.ColumnElement[bool]]] = {
        "status": lambda value: Instruction.status == value,
        "failure_reason": lambda _: Instruction.failure_code.in_(codes),
        "created_from": lambda value: Instruction.created_at >= value,
        "created_to": lambda value: Instruction.created_at <= value,
        "amount": lambda value: Instruction.amount_minor == value,
    }
    given = ((name, getattr(wanted, name)) for name in by_field)
    return [by_field[name](value) for name, value in given if value is not None]


def _records(tx: Transaction, rows: Sequence[Instruction]) -> list[InstructionRecord]:
    ids = [row.id for row in rows]
    attempts = _by_instruction(
        tx.scalars(
            sa.select(Attempt).where(Attempt.instruction_id.in_(ids)).order_by(Attempt.number)
        )
    )
    refunds = _by_instruction(
        tx.scalars(
            sa.select(Refund)
            .where(Refund.instruction_id.in_(ids))
            .order_by(Refund.created_at, Refund.id)
        )
    )
    wanted = {row.merchant_id for row in rows if row.merchant_id}
    merchants = {it.id: it for it in tx.scalars(sa.select(Merchant).where(Merchant.id.in_(wanted)))}
    return [
        InstructionRecord(
            row, attempts[row.id], refunds[row.id], merchants.get(row.merchant_id or "")
        )
        for row in rows
    ]


def _by_instruction(rows: Iterable[Part]) -> Mapping[str, Sequence[Part]]:
    found: defaultdict[str, list[Part]] = defaultdict(list)
    for row in rows:
        found[row.instruction_id].append(row)
    return found


def _may_see(transfer: Transfer, user_id: str) -> bool:
    received = transfer.recipient_id == user_id and transfer.status == Status.SUCCEEDED
    return received or transfer.sender_id == user_id


def _transfer_records(
    tx: Transaction, user_id: str, rows: Sequence[Transfer]
) -> list[TransferRecord]:
    others = {_counterparty(row, user_id) for row in rows}
    query = sa.select(User.id, User.display_name).where(User.id.in_(others))
    names = {row.id: row.display_name for row in tx.execute(query)}
    return [
        TransferRecord(row, row.recipient_id == user_id, names.get(_counterparty(row, user_id), ""))
        for row in rows
    ]


def _counterparty(transfer: Transfer, user_id: str) -> str:
    return transfer.sender_id if transfer.recipient_id == user_id else transfer.recipient_id
