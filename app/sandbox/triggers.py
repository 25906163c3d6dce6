"""Magic values: what merchants, card numbers and identifiers bring in the sandbox (contract, section 9).

What the world does with a merchant or card is decided there; here are the plain merchants and what identifiers bring.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

PLAIN_MERCHANTS = ("mch_star_coffee", "mch_book_house", "mch_fresh_market", "mch_city_metro")
EMPTY_WALLET = "empty_wallet"


@dataclass(frozen=True, slots=True)
class IdentifierTrigger:
    """An identifier whose ready user is special; `failure` is the (reason, code) that a payment then brings."""

    value: str
    effect: str
    failure: tuple[str, str]


_NO_MONEY = ("insufficient_balance", "wallet_balance")
IDENTIFIERS = (
    IdentifierTrigger("+8619900000001", EMPTY_WALLET, _NO_MONEY),
    IdentifierTrigger("empty-wallet@sandbox.test", EMPTY_WALLET, _NO_MONEY),
)
_EFFECTS = {trigger.value: trigger.effect for trigger in IDENTIFIERS}


def effects_of(identifiers: Sequence[str]) -> frozenset[str]:
    """What these identifiers bring; an address with a `+tag` brings what it brings without, so it can be had often."""
    return frozenset(
        _EFFECTS[value] for each in identifiers if (value := _without_tag(each)) in _EFFECTS
    )


def catalogue(of_the_world: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every magic value: the plain merchants, then the world's, then the identifiers."""
    merchants = [{"kind": "merchant", "value": it, "effect": "ok"} for it in PLAIN_MERCHANTS]
    identifiers = [
        {
            "kind": "identifier",
            "value": trigger.value,
            "effect": trigger.effect,
            "failure_reason": trigger.failure[0],
            "failure_code": trigger.failure[1],
        }
        for trigger in IDENTIFIERS
    ]
    world = [{name: it for name, it in row.items() if it is not None} for row in of_the_world]
    return [*merchants, *world, *identifiers]


def _without_tag(identifier: str) -> str:
    local, at, domain = identifier.casefold().rpartition("@")
    return local.partition("+")[0] + at + domain if at else identifier
