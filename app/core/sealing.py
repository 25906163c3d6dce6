"""Sealed texts: what must be read again, but never lie in the database in clear (a bank's card token).

AES-256-GCM under a key that is derived outside the database, with a random nonce per text. Each seal is bound to a
context, such as the id of the row that holds it: a text moved to another row does not open.
"""

import base64
import binascii
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12  # what GCM is defined for (NIST SP 800-38D, section 8.2)


class BrokenSealError(Exception):
    """The text was changed, moved to another row, or sealed under another secret."""


class Seal:
    """Seals and opens texts under one 32-byte key of the key ring."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def close(self, text: str, context: str) -> str:
        """The text as ASCII that tells nothing but its length; equal texts look different each time."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, text.encode(), context.encode())
        return base64.urlsafe_b64encode(nonce + sealed).decode()

    def open(self, sealed: str, context: str) -> str:
        """The text that was sealed in this context. Raises BrokenSealError."""
        try:
            raw = base64.b64decode(sealed, altchars=b"-_", validate=True)
            nonce, body = raw[:NONCE_BYTES], raw[NONCE_BYTES:]
            return self._cipher.decrypt(nonce, body, context.encode()).decode()
        except (InvalidTag, ValueError, binascii.Error):
            raise BrokenSealError from None
