"""Makes what webhooks need from the settings, for the factory."""

from app.core.database import Database
from app.core.sealing import Seal
from app.core.security import KeyRing
from app.core.settings import Settings
from app.webhooks.addresses import address_rule
from app.webhooks.operations import WebhookDependencies
from app.webhooks.sending import HttpSender

_SECRETS = "webhook-secrets"  # the name of a key


def open_webhooks(settings: Settings, database: Database, keys: KeyRing) -> WebhookDependencies:
    """What outgoing webhooks need; nothing is connected yet."""
    return WebhookDependencies(
        database=database,
        seal=Seal(keys.derive(_SECRETS)),
        sender=HttpSender(address_rule(sandbox=settings.sandbox)),
        sandbox=settings.sandbox,
    )
