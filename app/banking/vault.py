"""What the wallet keeps in place of a card number: a keyed fingerprint and the bank's token, sealed.

The token opens with the service's secret only, which is not in the database; it is opened when the bank or the
gateway is about to be asked, and lies in clear nowhere.
"""

from typing import Protocol

from app.core.sealing import Seal
from app.core.security import KeyRing

_FINGERPRINT = "bank-card-number"
_TOKEN = "bank-card-token"  # noqa: S105 - the name of a key


class SealedCard(Protocol):
    """A card's row, or `reservations.CardForMoney`."""

    @property
    def id(self) -> str:
        """The card's id, to which its token is sealed."""
        ...

    @property
    def sealed_token(self) -> str:
        """What the database holds."""
        ...


class CardVault:
    """Fingerprints numbers, seals tokens and opens them."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys
        self._seal = Seal(keys.derive(_TOKEN))

    def fingerprint(self, card_number: str) -> str:
        """Equal for equal numbers; without the key not even a guess can be checked."""
        return self._keys.fingerprint(_FINGERPRINT, card_number)

    def seal_token(self, token: str, card_id: str) -> str:
        """The bank's token as that card's row keeps it."""
        return self._seal.close(token, card_id)

    def token_of(self, card: SealedCard) -> str:
        """The bank's token, for the call to the bank or gateway alone. Raises BrokenSealError."""
        return self._seal.open(card.sealed_token, card.id)
