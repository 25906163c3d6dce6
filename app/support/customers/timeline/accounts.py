"""Timeline sources of what happened to an account: cards, sessions, locks, changes."""

from collections.abc import Callable
from typing import Any, Final

import sqlalchemy as sa

from app.auth.models import CredentialLock, UserSession
from app.banking.issuers import bank_of
from app.banking.models import BankCard
from app.core.locale import Text
from app.support.customers.listening import OTHER_CHANGES, RESETS
from app.support.customers.models import AccountChange
from app.support.customers.timeline.entries import EntryType, Rows, Source, Told
from app.support.diagnosis.wording import compose


def _card_source(event: str, at: Any, said: Text) -> Source:
    def query(user_id: str) -> Rows:
        return sa.select(
            BankCard.id,
            at,
            BankCard.status,
            BankCard.bank_code,
            BankCard.card_type,
            BankCard.last4,
            BankCard.previous_binding_id,
        ).where(BankCard.user_id == user_id, at.is_not(None))

    def tell(row: Any) -> Told:
        bank = bank_of(row.bank_code)
        names = Text(bank.name_in("zh-CN"), bank.name_in("en"))
        detail = {
            "last4": row.last4,
            "bank_code": row.bank_code,
            "card_type": row.card_type,
            "previous_binding_id": row.previous_binding_id,
        }
        return Told(compose(said, bank=names, last4=row.last4), row.status, detail=detail)

    return Source(EntryType.BANK_CARD, event, at, BankCard.id, query, tell)


def _session_source(event: str, at: Any, said: Text) -> Source:
    def query(user_id: str) -> Rows:
        return sa.select(
            UserSession.id,
            at,
            UserSession.device_name,
            UserSession.device_platform,
            UserSession.device_app_version,
            UserSession.end_reason,
        ).where(UserSession.user_id == user_id, at.is_not(None))

    def tell(row: Any) -> Told:
        device = row.device_name or row.device_platform or "?"
        detail = {"platform": row.device_platform, "app_version": row.device_app_version}
        code = row.end_reason if event == "ended" else None
        return Told(compose(said, device=device), code=code, detail=detail)

    return Source(EntryType.SESSION, event, at, UserSession.id, query, tell)


_DOORS: Final = {
    "login": Text("登录", "Sign-in"),
    "transaction_password": Text("交易密码", "The transaction password"),
}


def _lock_source(event: str, at: Any, said: Text) -> Source:
    def query(user_id: str) -> Rows:
        lock = CredentialLock
        return sa.select(lock.id, at, lock.door, lock.locked_until).where(
            lock.subject == user_id, lock.door.in_(list(_DOORS)), at.is_not(None)
        )

    def tell(row: Any) -> Told:
        detail = {"until_reset": row.locked_until is None}
        return Told(compose(said, door=_DOORS[row.door]), code=row.door, detail=detail)

    return Source(EntryType.LOCK, event, at, CredentialLock.id, query, tell)


_CHANGES: Final = {
    "password.reset": Text("登录密码已通过验证码重置", "The login password was reset by a code"),
    "transaction_password.reset": Text(
        "交易密码已通过验证码重置", "The transaction password was reset by a code"
    ),
    "user.registered": Text("注册账号", "The account was opened"),
    "user.identifier_changed": Text("联系方式已变更", "A phone number or e-mail address changed"),
    "password.changed": Text("登录密码已修改", "The login password was changed"),
    "transaction_password.set": Text("交易密码已设置", "A transaction password was set"),
    "transaction_password.changed": Text("交易密码已修改", "The transaction password was changed"),
}


def _changes(events: tuple[str, ...]) -> Callable[[str], Rows]:
    query = sa.select(AccountChange.id, AccountChange.created_at, AccountChange.event)
    return lambda user_id: query.where(
        AccountChange.user_id == user_id, AccountChange.event.in_(events)
    )


def _tell_change(row: Any) -> Told:
    return Told(_CHANGES[row.event], code=row.event)


ACCOUNT_SOURCES: Final = (
    _card_source(
        "added", BankCard.created_at, Text("{bank}尾号{last4}提交绑定", "{bank} {last4} was added")
    ),
    _card_source(
        "activated",
        BankCard.activated_at,
        Text("{bank}尾号{last4}绑定成功", "{bank} {last4} was confirmed"),
    ),
    _card_source(
        "unbound",
        BankCard.unbound_at,
        Text("{bank}尾号{last4}已解绑", "{bank} {last4} was unbound"),
    ),
    _session_source(
        "opened", UserSession.created_at, Text("在{device}上登录", "Signed in on {device}")
    ),
    _session_source(
        "ended",
        UserSession.ended_at,
        Text("{device}上的登录已结束", "The session on {device} ended"),
    ),
    _lock_source("locked", CredentialLock.locked_at, Text("{door}已锁定", "{door} was locked")),
    _lock_source("lifted", CredentialLock.lifted_at, Text("{door}已解锁", "{door} was unlocked")),
    *(
        Source(
            type=entry_type,
            event="changed",
            at=AccountChange.created_at,
            row_id=AccountChange.id,
            query=_changes(events),
            tell=_tell_change,
        )
        for entry_type, events in (
            (EntryType.PASSWORD_RESET, RESETS),
            (EntryType.ACCOUNT_CHANGE, OTHER_CHANGES),
        )
    ),
)
