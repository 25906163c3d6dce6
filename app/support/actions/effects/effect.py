"""The shape of an effect: what is looked at before, what it would book, doing it, and what follows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from app.core.database import Transaction
from app.ledger.rules import Line
from app.support.actions.models import ActionRequest
from app.support.dependencies import SupportDependencies

Entries = list[dict[str, Any]]
Outside = Callable[[SupportDependencies, ActionRequest], None]
Preview = Callable[[Transaction, SupportDependencies, ActionRequest], Entries]
CarryOut = Callable[[Transaction, SupportDependencies, ActionRequest], None]


def _nothing(deps: SupportDependencies, request: ActionRequest) -> None:
    pass


def _no_entries(tx: Transaction, deps: SupportDependencies, request: ActionRequest) -> Entries:
    return []


@dataclass(frozen=True, slots=True)
class Effect:
    """How a type of action is carried out.

    `carry_out` does it, in the transaction that decides the request, so that the two are one step. `preview` raises
    what stands in the way, before it is asked for and again before it is done, and tells which lines the ledger gets;
    a refund of all that is left learns its amount there. With no transaction open: `look` asks the outside before the
    request is taken, `prepare` before it is carried out, `afterwards` once that is committed; each may happen twice.
    """

    carry_out: CarryOut
    preview: Preview = _no_entries
    look: Outside = _nothing
    prepare: Outside = _nothing
    afterwards: Outside = _nothing


def entries_of(lines: Sequence[Line], currency: str, description: str) -> Entries:
    """Lines of the ledger as requests show them; they sum to zero."""
    return [
        {
            "account": line.account_id,
            "amount": line.amount_minor,
            "currency": currency,
            "description": description,
        }
        for line in lines
    ]
