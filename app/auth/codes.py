"""Codes that are derived when they are needed and stored nowhere: HOTP for users, TOTP for agents.

A challenge's key comes from the key ring and from all that the code is good for: the challenge, its purpose and its
identifier. The counter is how often it was resent. An agent's TOTP secret comes from the key ring, the agent's id and
how often it was reset.
"""

import base64
import hmac
from dataclasses import dataclass

import pyotp

from app.auth.rules import CODE_LENGTH
from app.core.security import KeyRing


@dataclass(frozen=True, slots=True)
class CodeBinding:
    """What a code is good for. `identifier_key` is the identifier as it is compared, with an `@` or a `+`."""

    challenge_id: str
    purpose: str
    identifier_key: str


def verification_code(keys: KeyRing, binding: CodeBinding, generation: int) -> str:
    """The six digits of a challenge; a resend raises `generation` and makes another code.

    A row that somebody moved to another purpose or identifier has another code than the one that was sent.
    """
    subject = f"{binding.purpose}:{binding.challenge_id}:{binding.identifier_key}"
    secret = _secret(keys, "verification-code", subject)
    return pyotp.HOTP(secret, digits=CODE_LENGTH).at(generation)


def totp_secret(keys: KeyRing, agent_id: str, generation: int) -> str:
    """The base32 secret that an agent's authenticator holds."""
    return _secret(keys, "agent-totp", f"{agent_id}:{generation}")


def _secret(keys: KeyRing, label: str, subject: str) -> str:
    derived = hmac.digest(keys.derive(label), subject.encode(), "sha256")
    return base64.b32encode(derived[:20]).decode()  # 160 bits, as RFC 4226 recommends
