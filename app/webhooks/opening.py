"""Makes what webhooks need from the settings, for the factory."""

from app.banking.operations import BankingDependencies
from app.core.database import Database
from app.core.sealing import Seal
from app.core.security import KeyRing
from app.core.settings import Settings
from app.payments.operations import PaymentDependencies
from app.webhooks.addresses import address_rule
from app.webhooks.hearing import hearers
from app.webhooks.operations import CallbackDependencies, WebhookDependencies
from app.webhooks.rules import CallbackSource
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


def open_callbacks(
    settings: Settings, payments: PaymentDependencies, banking: BankingDependencies
) -> CallbackDependencies:
    """What incoming callbacks need."""
    return CallbackDependencies(
        database=payments.database,
        secrets={
            CallbackSource.GATEWAY: settings.gateway_callback_secret,
            CallbackSource.BANK: settings.bank_callback_secret,
        },
        hear=hearers(payments, banking),
    )
