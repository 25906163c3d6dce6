"""What gateway and bank sign their callbacks with: set by the user, or derived from the wallet's secret.

A derived one is the same after each start, and tells nobody what it is derived from.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Sender:
    """Who calls back, and how each side is told the secret that the two share."""

    target: str
    wallet_setting: str
    world_setting: str


SENDERS = (
    Sender("gateway", "WALLET_GATEWAY_CALLBACK_SECRET", "WORLD_GATEWAY_CALLBACK_SECRET"),
    Sender("bank", "WALLET_BANK_CALLBACK_SECRET", "WORLD_BANK_CALLBACK_SECRET"),
)


def secret_of(sender: Sender, wallet: Mapping[str, str]) -> str:
    """Return the secret in the form of Standard Webhooks: whsec_ and the base64 of the key."""
    given = wallet.get(sender.wallet_setting)
    return given or _derived(sender, wallet["WALLET_SECRET_KEY"])


def _derived(sender: Sender, secret_key: str) -> str:
    label = f"callbacks of the simulated {sender.target}".encode()
    key = hmac.digest(secret_key.encode(), label, hashlib.sha256)
    return "whsec_" + base64.b64encode(key).decode()
