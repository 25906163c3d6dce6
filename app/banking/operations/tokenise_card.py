"""Gives a card number to the bank, once, and keeps what stands for it from then on."""

from dataclasses import dataclass, field
from typing import Final

from app.banking.bindings import PreparedCard
from app.banking.cards import CardNumber, CardNumberInvalidError, mask_holder_name, read_card_number
from app.banking.errors import BANK_UNAVAILABLE, CARD_NOT_ELIGIBLE, CARD_NUMBER_INVALID
from app.banking.operations import BankingDependencies
from app.core.errors import Refusal
from app.core.ids import new_id
from app.edges.protocols import CardDetails, TokenisedCard
from app.edges.results import REFUSALS, Answer

RETRY_AFTER_SECONDS: Final = 5


@dataclass(frozen=True, slots=True)
class NewCard:
    """A card as its holder typed it in; nothing of it is stored as it is here."""

    number: CardNumber = field(repr=False)
    holder_name: str = field(repr=False)
    phone: str = field(repr=False)


def read_new_card(card_number: str, holder_name: str, phone: str) -> NewCard:
    """Raises CARD_NUMBER_INVALID: check digit, length or issuer (contract, section 5). `phone` is E.164."""
    try:
        return NewCard(read_card_number(card_number), holder_name, phone)
    except CardNumberInvalidError:
        raise CARD_NUMBER_INVALID() from None


def tokenise_card(deps: BankingDependencies, card: NewCard) -> PreparedCard:
    """Ask the bank for a token, with no transaction open. Nothing is recorded.

    Raises CARD_NOT_ELIGIBLE where the bank refuses the card, BANK_UNAVAILABLE where no sure answer came: a token that
    the bank may have made stands for nothing then.
    """
    details = CardDetails(card.number.digits, card.holder_name, card.phone)
    answer = deps.bank.tokenise(details)
    if not isinstance(answer, TokenisedCard):
        raise _refusal(answer)
    card_id = new_id("card")
    return PreparedCard(
        id=card_id,
        product=card.number.product,
        last4=card.number.last4,
        holder_name_masked=mask_holder_name(card.holder_name),
        number_fingerprint=deps.vault.fingerprint(card.number.digits),
        sealed_token=deps.vault.seal_token(answer.token, card_id),
    )


def _refusal(answer: Answer) -> Refusal:
    if answer.problem in REFUSALS:
        return CARD_NOT_ELIGIBLE()
    return BANK_UNAVAILABLE(retry_after=RETRY_AFTER_SECONDS)
