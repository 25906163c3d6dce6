"""Find customers by what they tell of themselves."""

from collections.abc import Sequence

from app.support.calls.operations.identify_caller import identify_caller
from app.support.customers.finding import FINDERS
from app.support.customers.queries import CUSTOMER_FIELDS, Customer, read_customers
from app.support.customers.rules import LookupKey
from app.support.dependencies import SupportDependencies
from app.support.looks import Look, Looker, note_look

ACTION = "look_up_customer"


def look_up_customers(
    deps: SupportDependencies, who: Looker, key: LookupKey, value: str
) -> list[Customer]:
    """The customers that `value` finds, masked; none is an empty list.

    The trail says by what kind of key was asked, never by which: one entry per customer shown, one without a customer
    where nobody was. Raises RATE_LIMITED for an agent who tried too many wrong call codes.
    """
    ids = _find(deps, who, key, value)
    with deps.database.snapshot() as tx:
        found = read_customers(tx, ids)
    _record(deps, who, key, [customer.id for customer in found])
    return found


def _find(deps: SupportDependencies, who: Looker, key: LookupKey, value: str) -> Sequence[str]:
    if key is LookupKey.CALL_CODE:
        caller = identify_caller(deps, who.agent_id, value)
        return [] if caller is None else [caller]
    with deps.database.snapshot() as tx:
        return FINDERS[key](tx, value)


def _record(deps: SupportDependencies, who: Looker, key: LookupKey, found: Sequence[str]) -> None:
    detail = {"by": key.value, "found": len(found)}
    with deps.database.transaction() as tx:
        if not found:
            note_look(tx, deps, who, Look(ACTION, None, detail=detail))
        for customer_id in found:
            note_look(tx, deps, who, Look(ACTION, customer_id, CUSTOMER_FIELDS, detail=detail))
