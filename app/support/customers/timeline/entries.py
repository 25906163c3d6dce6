"""What a timeline consists of: entries of named types, told in both languages. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

import sqlalchemy as sa

from app.core.locale import Text


class EntryType(StrEnum):
    """What an entry is about; what a timeline can be filtered by."""

    PAYMENT = "payment"
    ATTEMPT = "attempt"
    TRANSFER = "transfer"
    TOP_UP = "top_up"
    WITHDRAWAL = "withdrawal"
    REFUND = "refund"
    BANK_CARD = "bank_card"
    SESSION = "session"
    LOCK = "lock"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a type
    ACCOUNT_CHANGE = "account_change"
    CLIENT_EVENT = "client_event"
    DIAGNOSIS = "diagnosis"
    CONVERSATION = "conversation"
    CALL = "call"
    ACTION_REQUEST = "action_request"
    LOOK = "look"


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a row. `code` is the failure code, kind of lock or of action; amounts in minor units."""

    text: Text
    status: str | None = None
    code: str | None = None
    amount: int | None = None
    currency: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened: `event` says what happened to `subject_id`, the row that can be looked up."""

    id: str
    type: EntryType
    event: str
    at: datetime
    subject_id: str
    told: Told


Rows: TypeAlias = sa.Select[*tuple[Any, ...]]
"""A query whose first two columns are the id and the moment."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where entries come from: one query over what is the customer's, newest first by (`at`, `row_id`).

    `tell` reads a row of the query. `key` reads a row's id back from a cursor.
    """

    type: EntryType
    event: str
    at: sa.ColumnElement[Any] | Any
    row_id: sa.ColumnElement[Any] | Any
    query: Callable[[str], Rows]
    tell: Callable[[Any], Told]
    key: Callable[[str], Any] = str
