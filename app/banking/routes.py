"""`/v1/bank-cards` and `/v1/banks`."""

from app.auth.errors import (
    ACCOUNT_FROZEN,
    TRANSACTION_PASSWORD_INCORRECT,
    TRANSACTION_PASSWORD_LOCKED,
    TRANSACTION_PASSWORD_NOT_SET,
)
from app.banking import errors, queries
from app.banking.issuers import find_card_product
from app.banking.operations import BankingDependencies
from app.banking.operations.bind_bank_card import bind_bank_card
from app.banking.operations.confirm_bank_card import confirm_bank_card
from app.banking.operations.set_default_card import set_default_card
from app.banking.operations.tokenise_card import read_new_card
from app.banking.operations.unbind_bank_card import unbind_bank_card
from app.banking.schemas import (
    BankCardFilterSchema,
    BankCardSchema,
    BankPrefixFilterSchema,
    CardProductSchema,
    ConfirmBankCardRequestSchema,
    NewBankCardSchema,
    UnbindBankCardRequestSchema,
)
from app.core.http.call import Call, Reply
from app.core.http.routes import Routes
from app.core.pagination import Page

routes = Routes("bank_cards", prefix="/v1", tag="Bank cards")

TRANSACTION_PASSWORD = (
    ACCOUNT_FROZEN,
    TRANSACTION_PASSWORD_INCORRECT,
    TRANSACTION_PASSWORD_LOCKED,
    TRANSACTION_PASSWORD_NOT_SET,
)
"""What a call can answer that asks for the transaction password."""


@routes.get("/bank-cards", answers={200: BankCardSchema}, query=BankCardFilterSchema, paged=True)
def list_bank_cards(deps: BankingDependencies, call: Call) -> Page[queries.CardView]:
    """The caller's cards, newest first: pending and active ones, unless `status` asks for others or `all`."""
    with deps.database.snapshot() as tx:
        cards = queries.list_cards(tx, call.user_id, call.query.get("status"), call.page)
    return cards.map(lambda card: queries.view_of(card, call.locale))


@routes.get("/bank-cards/<card_id>", answers={200: BankCardSchema})
def read_bank_card(deps: BankingDependencies, call: Call, card_id: str) -> queries.CardView:
    """One of the caller's cards, whatever its status."""
    with deps.database.snapshot() as tx:
        card = queries.own_card(tx, call.user_id, card_id)
    return queries.view_of(card, call.locale)


@routes.get(
    "/banks",
    answers={200: CardProductSchema},
    query=BankPrefixFilterSchema,
    errors=(errors.BANK_NOT_FOUND,),
)
def find_bank(deps: BankingDependencies, call: Call) -> dict[str, object]:
    """Which bank issues cards that begin with these 6 to 10 digits, and how long their numbers are."""
    product = find_card_product(call.query["card_number_prefix"])
    if product is None:
        raise errors.BANK_NOT_FOUND()
    return {
        "bank": {"code": product.bank.code, "name": product.bank.name_in(call.locale)},
        "card_type": product.card_type,
        "card_number_lengths": product.card_number_lengths,
    }


def _recover_binding(
    deps: BankingDependencies, call: Call, subject_id: str, *, running: bool
) -> Reply:
    """A binding is whole when its claim is: they are one transaction."""
    return Reply(201, read_bank_card(deps, call, subject_id))


@routes.post(
    "/bank-cards",
    body=NewBankCardSchema,
    answers={201: BankCardSchema},
    errors=(
        *TRANSACTION_PASSWORD,
        errors.CARD_NUMBER_INVALID,
        errors.BANK_CARD_ALREADY_BOUND,
        errors.CARD_NOT_ELIGIBLE,
        errors.TOO_MANY_BANK_CARDS,
        errors.TOO_MANY_BINDINGS,
        errors.BANK_UNAVAILABLE,
    ),
    recover=_recover_binding,
)
def create_bank_card(deps: BankingDependencies, call: Call) -> queries.CardView:
    """Bind a card: the bank sends one deposit of 1 to 99 fen to it, whose amount confirms the card within 10 days.

    `card_not_eligible`: the card is active for another user, or its bank refuses it. A card that is only pending may
    be bound again, with a deposit of its own; once one of the bindings is active, the others
    answer `bank_card_already_bound`.
    """
    body = call.body
    card = read_new_card(body["card_number"], body["holder_name"], body["phone"])
    bound = bind_bank_card(deps, call.user_id, card, body["transaction_password"], call.key)
    return queries.view_of(bound, call.locale)


@routes.post(
    "/bank-cards/<card_id>/confirm",
    body=ConfirmBankCardRequestSchema,
    answers={200: BankCardSchema},
    errors=(
        ACCOUNT_FROZEN,
        errors.MICRO_DEPOSIT_INCORRECT,
        errors.MICRO_DEPOSIT_NOT_SENT,
        errors.MICRO_DEPOSIT_EXPIRED,
        errors.VERIFICATION_FAILED,
        errors.CARD_NOT_ELIGIBLE,
        errors.BANK_CARD_ALREADY_BOUND,
        errors.BANK_CARD_NOT_ACTIVE,
    ),
)
def confirm_card(deps: BankingDependencies, call: Call, card_id: str) -> queries.CardView:
    """Prove that the card is yours by the amount of its deposit, as its statement shows it. Three tries.

    A card that is active already answers `bank_card_already_bound`, one that was unbound `bank_card_not_active`.
    """
    card = confirm_bank_card(deps, call.user_id, card_id, call.body["amount"])
    return queries.view_of(card, call.locale)


@routes.post(
    "/bank-cards/<card_id>/unbind",
    body=UnbindBankCardRequestSchema,
    answers={200: BankCardSchema},
    errors=(*TRANSACTION_PASSWORD, errors.BANK_CARD_NOT_ACTIVE, errors.BANK_CARD_IN_USE),
)
def unbind_card(deps: BankingDependencies, call: Call, card_id: str) -> queries.CardView:
    """Unbind an active or pending card; it stays in the list with `status=all`.

    If it was the default, the oldest active card becomes it.
    """
    card = unbind_bank_card(deps, call.user_id, card_id, call.body["transaction_password"])
    return queries.view_of(card, call.locale)


@routes.post(
    "/bank-cards/<card_id>/default",
    answers={200: BankCardSchema},
    errors=(errors.BANK_CARD_NOT_ACTIVE,),
)
def make_default(deps: BankingDependencies, call: Call, card_id: str) -> queries.CardView:
    """Make an active card the default one, in place of the card that was it."""
    return queries.view_of(set_default_card(deps, call.user_id, card_id), call.locale)
