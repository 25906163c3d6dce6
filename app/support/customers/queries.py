"""Reading customers as agents may see them: masked, with what stands in their way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.auth.identifiers import parse_identifier
from app.auth.models import User, UserSession
from app.auth.queries import DoorState, doors_of
from app.auth.rules import Door
from app.banking.cards import mask_holder_name
from app.core.database import Transaction
from app.core.errors import NOT_FOUND
from app.core.pagination import Page, PageRequest, fetch_page
from app.ledger.queries import Wallet, wallets_of


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer, with name, phone number and e-mail address masked; the locks are those of this moment."""

    id: str
    display_name: str
    phone: str | None
    email: str | None
    locale: str
    status: str
    has_transaction_password: bool
    password_free_limit: int
    login_locked_until: datetime | None
    transaction_password_locked: bool
    transaction_password_locked_until: datetime | None
    transaction_password_reset_required: bool
    wallet: Wallet
    last_seen_at: datetime | None
    created_at: datetime


CUSTOMER_FIELDS = (
    "display_name_masked",
    "phone_masked",
    "email_masked",
    "status",
    "locks",
    "wallet",
    "last_seen_at",
)
"""What the trail says was seen of a masked customer."""


@dataclass(frozen=True, slots=True)
class CustomerSession:
    """A sign-in of a customer, also one that is over; `active` tells whether it goes on."""

    id: str
    device: dict[str, str | None]
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    end_reason: str | None
    active: bool


def read_customer(tx: Transaction, customer_id: str) -> Customer:
    """One customer. Raises NOT_FOUND."""
    found = read_customers(tx, [customer_id])
    if not found:
        raise NOT_FOUND()
    return found[0]


def read_customers(tx: Transaction, ids: Sequence[str]) -> list[Customer]:
    """The customers of these ids that there are, in the order of the ids."""
    users = {user.id: user for user in tx.scalars(sa.select(User).where(User.id.in_(ids)))}
    wallets, doors, seen = wallets_of(tx, ids), doors_of(tx, ids), _last_seen(tx, ids)
    return [
        _masked(users[it], wallets[it], doors, seen.get(it))
        for it in dict.fromkeys(ids)
        if it in users
    ]


def list_sessions(tx: Transaction, customer_id: str, page: PageRequest) -> Page[CustomerSession]:
    """Every sign-in, newest first."""
    found = fetch_page(
        tx,
        sa.select(UserSession).where(UserSession.user_id == customer_id),
        page,
        at=UserSession.created_at,
        row_id=UserSession.id,
    )
    return found.map(lambda session: _session(session, tx.now))


def _last_seen(tx: Transaction, ids: Sequence[str]) -> Mapping[str, datetime]:
    query = (
        sa.select(UserSession.user_id, sa.func.max(UserSession.last_seen_at).label("seen"))
        .where(UserSession.user_id.in_(ids))
        .group_by(UserSession.user_id)
    )
    return {row.user_id: row.seen for row in tx.execute(query)}


def _masked(
    user: User,
    wallet: Wallet,
    doors: Mapping[tuple[str, str], DoorState],
    last_seen_at: datetime | None,
) -> Customer:
    login = doors.get((user.id, Door.LOGIN), DoorState())
    transaction_password = doors.get((user.id, Door.TRANSACTION_PASSWORD), DoorState())
    return Customer(
        id=user.id,
        display_name=mask_holder_name(user.display_name),
        phone=_mask(user.phone),
        email=_mask(user.email),
        locale=user.locale,
        status=user.status,
        has_transaction_password=user.has_transaction_password,
        password_free_limit=user.password_free_limit_minor,
        login_locked_until=login.locked_until,
        transaction_password_locked=transaction_password.is_locked,
        transaction_password_locked_until=transaction_password.locked_until,
        transaction_password_reset_required=transaction_password.reset_required,
        wallet=wallet,
        last_seen_at=last_seen_at,
        created_at=user.created_at,
    )


def _mask(identifier: str | None) -> str | None:
    return None if identifier is None else parse_identifier(identifier).masked


def _session(session: UserSession, now: datetime) -> CustomerSession:
    return CustomerSession(
        id=session.id,
        device={
            "name": session.device_name,
            "platform": session.device_platform,
            "app_version": session.device_app_version,
        },
        created_at=session.created_at,
        last_seen_at=session.last_seen_at,
        expires_at=session.expires_at,
        ended_at=session.ended_at,
        end_reason=session.end_reason,
        active=session.ended_at is None and session.expires_at > now,
    )
