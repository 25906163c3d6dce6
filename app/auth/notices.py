"""Telling a user something: at every phone number and address that the account has, or quietly at one.

Which change of an account is told how: docs/adr/0007.
"""

from typing import cast

from app.auth.identifiers import parse_identifier
from app.auth.models import User
from app.auth.queries import get_user
from app.core.database import Transaction
from app.core.locale import Locale, Text
from app.notifications.outbox import Notice, notify
from app.notifications.rules import Template


def tell_user(
    tx: Transaction, user_id: str, template: Template, **values: str | int | Text
) -> None:
    """Put one message per identifier into the outbox of this transaction.

    `values` hold no secret and no six digits in a row (those are a code's); a `Text` is said in the user's language.
    """
    user = get_user(tx, user_id)
    for identifier in user.identifiers:
        tell(tx, user, identifier, template, **values)


def tell_quietly(
    tx: Transaction, user_id: str, template: Template, **values: str | int | Text
) -> None:
    """One message in all, for what users do every day: by e-mail where there is an address, else by text message."""
    user = get_user(tx, user_id)
    tell(tx, user, user.email or user.identifiers[0], template, **values)


def tell(
    tx: Transaction, user: User, destination: str, template: Template, **values: str | int | Text
) -> None:
    """One message to one destination in the user's language."""
    locale = cast("Locale", user.locale)
    notify(
        tx,
        Notice(
            template=template,
            channel=parse_identifier(destination).channel.value,
            destination=destination,
            locale=locale,
            user_id=user.id,
            values={
                name: value.said_in(locale) if isinstance(value, Text) else value
                for name, value in values.items()
            },
        ),
    )
