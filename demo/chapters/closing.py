"""The books of the wallet, the gateway and the bank, compared after everything that has happened."""

from demo.expectations import SOMETHING_IN_IT, answered
from demo.people import anybody
from demo.tour import Tour


def play(tour: Tour) -> None:
    """Every invariant of the contract, section 9, must hold."""
    audited = tour.step(
        "Wallet, gateway and bank keep books of their own",
        anybody("GET", "/sandbox/v1/invariants"),
        answered(200, {"ok": True, "checks": SOMETHING_IN_IT}),
    )
    for invariant in audited["checks"]:
        claim = f"{invariant['name']}: {invariant['detail'] or 'holds'}"
        tour.check(claim, invariant["ok"], wanted=True)
