"""Telling a user something, at every phone number and address that the account has."""

from typing import cast

from app.auth.identifiers import parse_identifier
from app.auth.models import User
from app.auth.queries import get_user
from app.core.database import Transaction
from app.core.locale import Locale
from app.notifications.outbox import Notice, notify
from app.notifications.rules import Template


def tell_user(tx: Transaction, user_id: str, template: Template, **values: str | int) -> None:
    """Put one message per identifier into the outbox of this transaction; `values` hold no secret."""
    user = get_user(tx, user_id)
    for identifier in user.identifiers:
        tell(tx, user, identifier, template, **values)


def tell(
    tx: Transaction, user: User, destination: str, template: Template, **values: str | int
) -> None:
    """One message to one destination in the user's language."""
    notify(
        tx,
        Notice(
            template=template,
            channel=parse_identifier(destination).channel.value,
            destination=destination,
            locale=cast("Locale", user.locale),
            user_id=user.id,
            values=values,
        ),
    )
