"""Keys, opaque tokens and digests. Which secret guards what is said where it is used.

Every key comes from the one secret of the settings by HMAC under its own label, so that knowing one
tells nothing of another and none lies in the database.
"""

import hashlib
import hmac
import secrets

TOKEN_BYTES = 32  # 256-bit opaque tokens (contract, section 10)


class KeyRing:
    """Derives one key per purpose from the service's secret."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def derive(self, label: str) -> bytes:
        """The 32-byte key for a purpose; the same label gives the same key in every process."""
        return hmac.digest(self._secret, label.encode(), "sha256")

    def fingerprint(self, label: str, value: str) -> str:
        """A keyed digest in hex: equal values are recognised, none can be guessed from it."""
        return hmac.new(self.derive(label), value.encode(), hashlib.sha256).hexdigest()


def new_token(prefix: str) -> str:
    """An opaque secret of 256 random bits, such as `at_Zk3…`; the prefix says what it opens."""
    return f"{prefix}_{secrets.token_urlsafe(TOKEN_BYTES)}"


def token_digest(token: str) -> str:
    """What the database keeps of a token: SHA-256 in hex. No salt is needed at 256 bits of entropy."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
