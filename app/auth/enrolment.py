"""What an authenticator is told once: the TOTP secret, as a text, an address and a picture. Nothing is stored."""

import io
from dataclasses import dataclass, field
from typing import Final

import pyotp
import segno

from app.auth.codes import totp_secret
from app.auth.models import Agent
from app.core.security import KeyRing

ISSUER: Final = "U-Wallet"
_DOT: Final = 5  # CSS pixels of one module of the picture


@dataclass(frozen=True, slots=True)
class Enrolment:
    """One secret in its spellings; whoever sees any of them can make the agent's codes."""

    secret: str = field(repr=False)
    otpauth_uri: str = field(repr=False)

    @property
    def qr_svg(self) -> str:
        """The address as a QR code, to be put into a page as it is: an `<svg>` without scripts or references."""
        return str(self._qr().svg_inline(scale=_DOT, dark="#000", light="#fff"))

    @property
    def qr_text(self) -> str:
        """The same for a terminal."""
        written = io.StringIO()
        self._qr().terminal(written, compact=True)
        return written.getvalue()

    def _qr(self) -> segno.QRCode:
        return segno.make_qr(self.otpauth_uri, error="m")


def enrolment_of(keys: KeyRing, agent: Agent) -> Enrolment:
    """What an authenticator needs to know for the agent's present secret."""
    secret = totp_secret(keys, agent.id, agent.totp_generation)
    uri = pyotp.TOTP(secret).provisioning_uri(name=agent.email, issuer_name=ISSUER)
    return Enrolment(secret, uri)
