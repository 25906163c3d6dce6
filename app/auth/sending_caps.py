"""How many codes are sent: per destination and per network address, in the database (contract, section 10)."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.auth.errors import RESEND_TOO_SOON
from app.auth.models import CodeSend, SendingAddress, SendingDestination
from app.auth.rules import (
    RESENDS,
    SENDS_AN_ADDRESS,
    SENDS_IN_TEN_MINUTES,
    Purpose,
    Send,
    Wait,
    wait_before_send,
)
from app.core.database import Transaction
from app.core.days import day_bounds, seconds_until
from app.core.errors import RATE_LIMITED, RateLimit
from app.core.ids import new_id


def count_send(
    tx: Transaction,
    destination_key: str,
    purpose: Purpose,
    timezone: ZoneInfo,
    address_key: str | None = None,
) -> None:
    """Count one more code to a destination, asked for from an address. Raises RESEND_TOO_SOON or RATE_LIMITED.

    `address_key` is a keyed digest of the caller's network address, None where addresses aren't counted. The row of
    the address and then the destination's are locked first, so that parallel requests are counted one after the other.
    """
    if address_key is not None:
        _lock(tx, SendingAddress, address_key)
        _refuse(_wait_of_address(tx, address_key))
    _lock(tx, SendingDestination, destination_key)
    _refuse(_wait_of_destination(tx, destination_key, purpose, timezone))
    tx.add(
        CodeSend(
            id=new_id("snd"),
            destination_key=destination_key,
            address_key=address_key,
            purpose=purpose,
            sent_at=tx.now,
        )
    )


def _wait_of_address(tx: Transaction, address_key: str) -> Wait | None:
    window = timedelta(seconds=SENDS_AN_ADDRESS.seconds)
    recent = tx.scalars(
        sa.select(CodeSend.sent_at)
        .where(CodeSend.address_key == address_key, CodeSend.sent_at > tx.now - window)
        .order_by(CodeSend.sent_at.desc())
        .limit(SENDS_AN_ADDRESS.quota)
    ).all()
    if len(recent) < SENDS_AN_ADDRESS.quota:
        return None
    return Wait(SENDS_AN_ADDRESS, seconds_until(recent[-1] + window, tx.now))


def _wait_of_destination(
    tx: Transaction, destination_key: str, purpose: Purpose, timezone: ZoneInfo
) -> Wait | None:
    today, _ = day_bounds(tx.now, timezone)
    window_begin = tx.now - timedelta(seconds=SENDS_IN_TEN_MINUTES.seconds)
    rows = tx.execute(
        sa.select(CodeSend.purpose, CodeSend.sent_at)
        .where(
            CodeSend.destination_key == destination_key,
            CodeSend.sent_at >= min(today, window_begin),
        )
        .order_by(CodeSend.sent_at, CodeSend.id)
    )
    return wait_before_send([Send(*row) for row in rows], purpose, tx.now, timezone)


def _refuse(wait: Wait | None) -> None:
    if wait is None:
        return
    refusal = RESEND_TOO_SOON if wait.cap is RESENDS else RATE_LIMITED
    limit = RateLimit(wait.cap.name, wait.cap.quota, wait.cap.seconds)
    raise refusal(retry_after=wait.seconds, limit=limit)


def _lock(tx: Transaction, table: type[SendingAddress | SendingDestination], key: str) -> None:
    tx.execute(
        tx.insertion(table, key=key, touched_at=tx.now).on_conflict_do_update(
            index_elements=[table.key], set_={"touched_at": tx.now}
        )
    )
