"""The tables of accounts. Only app.auth writes them; the constraints stand in migration 0003.

No secret lies in them: passwords are peppered argon2id hashes, tokens are digests, recovery codes are keyed digests,
codes and agents' TOTP secrets are derived from the key ring when they are needed.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import BIG, Base, Flag, Moment


class User(Base):
    """A customer. `phone` is E.164; `email_key` is the address as it is compared, `email` as shown."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("phone IS NOT NULL OR email IS NOT NULL", name="has_identifier"),
        CheckConstraint("(email IS NULL) = (email_key IS NULL)", name="email_whole"),
        CheckConstraint("locale IN ('zh-CN', 'en')", name="locale"),
        CheckConstraint("status IN ('active', 'frozen')", name="status"),
        CheckConstraint(
            "password_free_limit_minor BETWEEN 0 AND 100000", name="password_free_limit"
        ),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    phone: Mapped[str | None] = mapped_column(Text, unique=True)
    email: Mapped[str | None] = mapped_column(Text)
    email_key: Mapped[str | None] = mapped_column(Text, unique=True)
    display_name: Mapped[str] = mapped_column(Text)
    locale: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    password_hash: Mapped[str] = mapped_column(Text)
    transaction_password_hash: Mapped[str | None] = mapped_column(Text)
    password_free_limit_minor: Mapped[int] = mapped_column(BIG)
    created_at: Mapped[datetime] = mapped_column(Moment)

    @property
    def has_transaction_password(self) -> bool:
        """Whether one was ever set."""
        return self.transaction_password_hash is not None

    @property
    def identifiers(self) -> tuple[str, ...]:
        """The phone number and e-mail address that the account has, in stored form."""
        return tuple(value for value in (self.phone, self.email) if value is not None)


class UserSession(Base):
    """One sign-in on one device; `expires_at` is when its newest refresh token ends."""

    __tablename__ = "user_sessions"
    __table_args__ = (
        CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name="end_whole"),
        Index(None, "user_id", "created_at", "id"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    device_name: Mapped[str | None] = mapped_column(Text)
    device_platform: Mapped[str | None] = mapped_column(Text)
    device_app_version: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment)
    last_seen_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    end_reason: Mapped[str | None] = mapped_column(Text)


class SessionToken(Base):
    """The digest of a token that was given out; a spent refresh token stays, so that its reuse is seen."""

    __tablename__ = "session_tokens"
    __table_args__ = (
        CheckConstraint("kind IN ('access', 'refresh')", name="kind"),
        CheckConstraint("spent_at IS NULL OR kind = 'refresh'", name="only_refresh_is_spent"),
        Index(None, "session_id"),
    )

    digest: Mapped[str] = mapped_column(Text, primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("user_sessions.id"))
    kind: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    spent_at: Mapped[datetime | None] = mapped_column(Moment)


class Challenge(Base):
    """A verification that was asked for; its code is derived from `id` and `generation`, never stored.

    A challenge for an account that isn't there (or for an identifier that is taken) looks the same in everything
    but `genuine`: nothing is sent for it and no code confirms it. `closed_at` is set when it was replaced or voided, or
    its token used.
    """

    __tablename__ = "verification_challenges"
    __table_args__ = (
        CheckConstraint(
            "purpose IN ('register', 'reset_password', 'reset_transaction_password', 'add_identifier')",
            name="purpose",
        ),
        CheckConstraint("channel IN ('sms', 'email')", name="channel"),
        CheckConstraint("generation >= 0", name="generation"),
        CheckConstraint("tries BETWEEN 0 AND 5", name="tries"),
        CheckConstraint("(token_digest IS NULL) = (token_expires_at IS NULL)", name="token_whole"),
        Index(None, "destination_key", "purpose"),
        Index(None, "user_id"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    purpose: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text)
    destination: Mapped[str] = mapped_column(Text)
    destination_key: Mapped[str] = mapped_column(Text)
    user_id: Mapped[str | None] = mapped_column(ForeignKey("users.id"))
    genuine: Mapped[bool] = mapped_column(Flag)
    locale: Mapped[str] = mapped_column(Text)
    generation: Mapped[int] = mapped_column(Integer)
    tries: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(Moment)
    sent_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    token_digest: Mapped[str | None] = mapped_column(Text, unique=True)
    token_expires_at: Mapped[datetime | None] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)


class SendingDestination(Base):
    """One row per destination that ever got a code: its lock makes counting and sending one step."""

    __tablename__ = "verification_destinations"

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    touched_at: Mapped[datetime] = mapped_column(Moment)


class SendingAddress(Base):
    """One row per network address that ever asked for a code, by a keyed digest; its lock serves the same end."""

    __tablename__ = "verification_addresses"

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    touched_at: Mapped[datetime] = mapped_column(Moment)


class CodeSend(Base):
    """A code that was sent, or would have been: what the caps of section 10 count."""

    __tablename__ = "verification_sends"
    __table_args__ = (
        Index(None, "destination_key", "sent_at"),
        Index(None, "address_key", "sent_at"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    destination_key: Mapped[str] = mapped_column(Text)
    address_key: Mapped[str | None] = mapped_column(Text)
    purpose: Mapped[str] = mapped_column(Text)
    sent_at: Mapped[datetime] = mapped_column(Moment)


class DailyGuesses(Base):
    """Guesses at codes on one calendar day by one account, known or not."""

    __tablename__ = "verification_guesses"
    __table_args__ = (CheckConstraint("used BETWEEN 0 AND 25", name="used"),)

    subject: Mapped[str] = mapped_column(Text, primary_key=True)
    day: Mapped[str] = mapped_column(Text, primary_key=True)
    used: Mapped[int] = mapped_column(Integer)


class CredentialTries(Base):
    """Wrong tries in a row at one door; its row's lock makes counting and booking one step (see `tries.py`)."""

    __tablename__ = "credential_tries"
    __table_args__ = (
        CheckConstraint("door IN ('login', 'transaction_password', 'agent_login')", name="door"),
        CheckConstraint("wrong BETWEEN 0 AND 5", name="wrong"),
    )

    door: Mapped[str] = mapped_column(Text, primary_key=True)
    subject: Mapped[str] = mapped_column(Text, primary_key=True)
    wrong: Mapped[int] = mapped_column(Integer)
    locked_until: Mapped[datetime | None] = mapped_column(Moment)
    reset_required: Mapped[bool] = mapped_column(Flag)


class BookedTry(Base):
    """A try that is being judged; one whose process died counts as wrong later.

    `booked_at` is the machine's time, since it measures a process and no deadline of the wallet.
    """

    __tablename__ = "credential_booked_tries"
    __table_args__ = (
        CheckConstraint("door IN ('login', 'transaction_password', 'agent_login')", name="door"),
        Index(None, "subject", "door"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    door: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    booked_at: Mapped[datetime] = mapped_column(Moment)


class CredentialLock(Base):
    """A lock that five wrong tries brought; kept, since three in 24 h ask for a reset, and for diagnoses.

    `locked_until` is null where only a reset opens the door again; `lifted_at` is when one did; `told_at` is when the
    user was told.
    """

    __tablename__ = "credential_locks"
    __table_args__ = (
        CheckConstraint("door IN ('login', 'transaction_password', 'agent_login')", name="door"),
        Index(None, "subject", "door", "locked_at"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    door: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    locked_at: Mapped[datetime] = mapped_column(Moment)
    locked_until: Mapped[datetime | None] = mapped_column(Moment)
    lifted_at: Mapped[datetime | None] = mapped_column(Moment)
    told_at: Mapped[datetime | None] = mapped_column(Moment)


class Agent(Base):
    """A member of staff. The TOTP secret is derived from `id` and `totp_generation`, never stored.

    `totp_last_step` is the 30 s step of the newest code that was used; it and older ones open nothing again.
    """

    __tablename__ = "agents"
    __table_args__ = (
        CheckConstraint("role IN ('agent', 'supervisor', 'admin')", name="role"),
        CheckConstraint("totp_generation >= 0", name="totp_generation"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    email: Mapped[str] = mapped_column(Text)
    email_key: Mapped[str] = mapped_column(Text, unique=True)
    display_name: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    password_hash: Mapped[str] = mapped_column(Text)
    totp_generation: Mapped[int] = mapped_column(Integer)
    totp_last_step: Mapped[int | None] = mapped_column(BIG)
    created_at: Mapped[datetime] = mapped_column(Moment)
    disabled_at: Mapped[datetime | None] = mapped_column(Moment)

    @property
    def status(self) -> str:
        """`disabled` agents can't sign in."""
        return "active" if self.disabled_at is None else "disabled"


class RecoveryCode(Base):
    """The keyed digest of a code that stands in for one TOTP, once; a reset of the TOTP drops those that were there."""

    __tablename__ = "agent_recovery_codes"
    __table_args__ = (Index(None, "agent_id"),)

    digest: Mapped[str] = mapped_column(Text, primary_key=True)
    agent_id: Mapped[str] = mapped_column(ForeignKey("agents.id"))
    used_at: Mapped[datetime | None] = mapped_column(Moment)


class AgentSession(Base):
    """An agent's sign-in: one token, 15 minutes idle, 8 hours at most (contract, section 8)."""

    __tablename__ = "agent_sessions"
    __table_args__ = (Index(None, "agent_id"),)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    agent_id: Mapped[str] = mapped_column(ForeignKey("agents.id"))
    token_digest: Mapped[str] = mapped_column(Text, unique=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
    last_seen_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
