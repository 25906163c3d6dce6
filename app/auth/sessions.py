"""Sessions and their tokens inside a transaction: opening, renewing, ending. Who may, the operations decide."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from app.auth.models import SessionToken, UserSession
from app.auth.rules import ACCESS_LIFETIME, REFRESH_LIFETIME, SESSION_LIFETIME, TokenKind
from app.core.database import Transaction
from app.core.events import Event, Events
from app.core.ids import new_id
from app.core.locale import Text
from app.core.security import new_token, token_digest

UNNAMED_DEVICE: Final = Text("未命名设备", "an unnamed device")


@dataclass(frozen=True, slots=True)
class Device:
    """What an app says of the device at sign-in; each part may be missing, and none is proven."""

    name: str | None = None
    platform: str | None = None
    app_version: str | None = None

    @property
    def shown(self) -> str | Text:
        """What the user is told of it."""
        return self.name or self.platform or UNNAMED_DEVICE


@dataclass(frozen=True, slots=True)
class TokenPair:
    """The two secrets of a session, known to nobody but the caller; `expires_in` seconds for the access token."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int


def open_session(tx: Transaction, user_id: str, device: Device) -> TokenPair:
    """Begin a session and hand out its first tokens."""
    session = UserSession(
        id=new_id("ses"),
        user_id=user_id,
        device_name=device.name,
        device_platform=device.platform,
        device_app_version=device.app_version,
        created_at=tx.now,
        last_seen_at=tx.now,
        expires_at=tx.now + REFRESH_LIFETIME,
    )
    tx.add(session)
    tx.flush()
    return issue_tokens(tx, session.id, session.expires_at)


def issue_tokens(tx: Transaction, session_id: str, refresh_expires_at: datetime) -> TokenPair:
    """A new pair for a session; the access token never outlives the session."""
    access_expires_at = min(tx.now + ACCESS_LIFETIME, refresh_expires_at)
    lasts = (access_expires_at - tx.now) // timedelta(seconds=1)
    pair = TokenPair(new_token("at"), new_token("rt"), lasts)
    for kind, token, expires_at in (
        (TokenKind.ACCESS, pair.access_token, access_expires_at),
        (TokenKind.REFRESH, pair.refresh_token, refresh_expires_at),
    ):
        tx.add(
            SessionToken(
                digest=token_digest(token), session_id=session_id, kind=kind, expires_at=expires_at
            )
        )
    return pair


def refreshed_until(session: UserSession, now: datetime) -> datetime:
    """When a refresh token that is given out now ends: in 30 days, or with the session."""
    return min(now + REFRESH_LIFETIME, session.created_at + SESSION_LIFETIME)


def alive(now: datetime) -> sa.ColumnElement[bool]:
    """The condition that a session goes on."""
    return sa.and_(UserSession.ended_at.is_(None), UserSession.expires_at > now)


def end_sessions(
    tx: Transaction,
    events: Events,
    user_id: str,
    reason: str,
    *,
    only: str | None = None,
    spare: str | None = None,
) -> int:
    """End a user's sessions at once (`only` one, or all but `spare`); returns how many went on until now.

    Announces `user.sessions_ended` with the `reason`, once, where any did.
    """
    ending = sa.update(UserSession).where(UserSession.user_id == user_id, alive(tx.now))
    if only is not None:
        ending = ending.where(UserSession.id == only)
    if spare is not None:
        ending = ending.where(UserSession.id != spare)
    ended = tx.change(ending.values(ended_at=tx.now, end_reason=reason))
    if ended:
        events.announce(tx, Event("user.sessions_ended", user_id, user_id, {"reason": reason}))
    return ended
