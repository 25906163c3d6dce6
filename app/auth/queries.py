"""Reading users and sessions. Other domains come in here and through `operations/`."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.auth.errors import ACCOUNT_FROZEN
from app.auth.identifiers import (
    Identifier,
    IdentifierInvalidError,
    IdentifierKind,
    parse_identifier,
)
from app.auth.models import CredentialTries, User, UserSession
from app.auth.rules import AccountStatus, Door
from app.auth.sessions import alive
from app.core.database import Transaction
from app.core.errors import existing
from app.core.pagination import Page, PageRequest, fetch_page

_KEY_COLUMNS = {IdentifierKind.PHONE: User.phone, IdentifierKind.EMAIL: User.email_key}


def get_user(tx: Transaction, user_id: str) -> User:
    """The user. Raises NOT_FOUND."""
    return existing(tx.get(User, user_id))


def find_user(tx: Transaction, identifier: Identifier) -> User | None:
    """Whose identifier it is, if anybody's."""
    return tx.scalar(sa.select(User).where(_KEY_COLUMNS[identifier.kind] == identifier.key))


def find_user_by_identifier(tx: Transaction, text: str) -> User | None:
    """Whose phone number or e-mail address `text` is; None as well where it is neither."""
    try:
        return find_user(tx, parse_identifier(text))
    except IdentifierInvalidError:
        return None


def require_active(tx: Transaction, user_id: str) -> None:
    """Raises ACCOUNT_FROZEN where no money may leave the account, NOT_FOUND for an unknown one."""
    status = existing(tx.scalar(sa.select(User.status).where(User.id == user_id)))
    if status == AccountStatus.FROZEN:
        raise ACCOUNT_FROZEN()


def has_transaction_password(tx: Transaction, user_id: str) -> bool:
    """Whether the user has set one."""
    return get_user(tx, user_id).has_transaction_password


@dataclass(frozen=True, slots=True)
class DoorState:
    """A door that takes no try until `locked_until`, or until a reset; an open one says neither."""

    locked_until: datetime | None = None
    reset_required: bool = False

    @property
    def is_locked(self) -> bool:
        """Whether a right password would be refused now."""
        return self.reset_required or self.locked_until is not None


def doors_of(tx: Transaction, user_ids: Collection[str]) -> Mapping[tuple[str, str], DoorState]:
    """Which doors of users are locked now, by user and door; those that were never tried in vain are left out."""
    rows = tx.scalars(
        sa.select(CredentialTries).where(
            CredentialTries.door.in_([Door.LOGIN, Door.TRANSACTION_PASSWORD]),
            CredentialTries.subject.in_(user_ids),
        )
    )
    return {(row.subject, row.door): _door_state(row, tx.now) for row in rows}


@dataclass(frozen=True, slots=True)
class SessionView:
    """A session as its user sees it; `current` is the one that asks."""

    id: str
    device: dict[str, str | None] | None
    created_at: datetime
    last_seen_at: datetime
    current: bool


def list_sessions(
    tx: Transaction, user_id: str, current_id: str, page: PageRequest
) -> Page[SessionView]:
    """The sessions that go on, newest first."""
    found = fetch_page(
        tx,
        sa.select(UserSession).where(UserSession.user_id == user_id, alive(tx.now)),
        page,
        at=UserSession.created_at,
        row_id=UserSession.id,
    )
    return found.map(lambda session: _view(session, current_id))


def _door_state(row: CredentialTries, now: datetime) -> DoorState:
    if row.reset_required:
        return DoorState(reset_required=True)
    return DoorState(row.locked_until if row.locked_until and row.locked_until > now else None)


def _view(session: UserSession, current_id: str) -> SessionView:
    device = {
        "name": session.device_name,
        "platform": session.device_platform,
        "app_version": session.device_app_version,
    }
    return SessionView(
        id=session.id,
        device=device if any(device.values()) else None,
        created_at=session.created_at,
        last_seen_at=session.last_seen_at,
        current=session.id == current_id,
    )
