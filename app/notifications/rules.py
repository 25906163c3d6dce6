"""The kinds of messages and how long each is of use. Their words are in `templates.py`."""

from datetime import timedelta
from enum import StrEnum
from typing import Final, Literal

Channel = Literal["sms", "email"]

USEFUL_FOR: Final = timedelta(days=3)
"""A notice that could not be sent for so long is dropped; a code is dropped when it expires."""


class MessageStatus(StrEnum):
    """`pending` until it is sent, or dropped because it is of no use any more."""

    PENDING = "pending"
    SENT = "sent"
    DROPPED = "dropped"


class Template(StrEnum):
    """What a message says; stable, since the sandbox's inbox shows it."""

    REGISTER_CODE = "register_code"
    RESET_PASSWORD_CODE = "reset_password_code"  # noqa: S105 - a template
    RESET_TRANSACTION_PASSWORD_CODE = "reset_transaction_password_code"  # noqa: S105 - a template
    ADD_IDENTIFIER_CODE = "add_identifier_code"
    IDENTIFIER_IN_USE = "identifier_in_use"
    WELCOME = "welcome"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a template
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a template
    TRANSACTION_PASSWORD_SET = "transaction_password_set"  # noqa: S105 - a template
    TRANSACTION_PASSWORD_CHANGED = "transaction_password_changed"  # noqa: S105 - a template
    TRANSACTION_PASSWORD_RESET = "transaction_password_reset"  # noqa: S105 - a template
    TRANSACTION_PASSWORD_LOCKED = "transaction_password_locked"  # noqa: S105 - a template
    LOGIN_LOCKED = "login_locked"
    LOGIN_NEW_DEVICE = "login_new_device"
    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    SESSIONS_ENDED = "sessions_ended"
    SESSION_COMPROMISED = "session_compromised"
    IDENTIFIER_ADDED = "identifier_added"
    IDENTIFIER_REPLACED = "identifier_replaced"
    IDENTIFIER_REMOVED = "identifier_removed"
    PASSWORD_FREE_LIMIT_RAISED = "password_free_limit_raised"  # noqa: S105 - a template
    CALL_VERIFIED = "call_verified"
    ACCOUNT_FROZEN = "account_frozen"
    ACCOUNT_UNFROZEN = "account_unfrozen"
    ALL_SESSIONS_ENDED = "all_sessions_ended"
    LOGIN_UNLOCKED = "login_unlocked"
    TRANSACTION_PASSWORD_UNLOCKED = "transaction_password_unlocked"  # noqa: S105 - a template
    BANK_CARD_BOUND = "bank_card_bound"
    BANK_CARD_ACTIVE = "bank_card_active"
    BANK_CARD_VERIFICATION_FAILED = "bank_card_verification_failed"
    BANK_CARD_UNBOUND = "bank_card_unbound"
    BANK_CARD_MADE_DEFAULT = "bank_card_made_default"
    PAYMENT_SUCCEEDED = "payment_succeeded"
    PAYMENT_FAILED = "payment_failed"
    PAYMENT_UNDER_REVIEW = "payment_under_review"
    TRANSFER_RECEIVED = "transfer_received"
    REFUND_SUCCEEDED = "refund_succeeded"
    LATE_CHARGE_RETURNED = "late_charge_returned"
    TOP_UP_SUCCEEDED = "top_up_succeeded"
    TOP_UP_FAILED = "top_up_failed"
    TOP_UP_UNDER_REVIEW = "top_up_under_review"
    WITHDRAWAL_SUCCEEDED = "withdrawal_succeeded"
    WITHDRAWAL_FAILED = "withdrawal_failed"
    WITHDRAWAL_UNDER_REVIEW = "withdrawal_under_review"
    GOODWILL_CREDITED = "goodwill_credited"
    PAYMENTS_RECOVERED = "payments_recovered"
    SUPPORT_REPLY = "support_reply"
    SUPPORT_ACKNOWLEDGEMENT = "support_acknowledgement"
