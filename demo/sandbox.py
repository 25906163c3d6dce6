"""Steps through the sandbox's doors that several chapters take (contract, section 9)."""

from collections.abc import Iterable
from typing import Any

from demo.client import Answer
from demo.expectations import ANYTHING, answered
from demo.people import Agent, User, anybody
from demo.tour import Tour

PLAIN = "ok"


def meet_user(tour: Tour, says: str, **wishes: Any) -> User:
    """Have a ready user made: signed in, with a balance, known to nobody before."""
    return User.of(
        tour.step(
            says,
            anybody("POST", "/sandbox/v1/users", {"locale": "en"} | wishes),
            answered(201, {"user.id": ANYTHING}, "user.phone", "user.email", "access_token"),
        )
    )


def meet_agent(tour: Tour, says: str, role: str) -> Agent:
    """Have a ready agent made: signed in, with a role."""
    return Agent.of(
        tour.step(
            says,
            anybody("POST", "/sandbox/v1/agents", {"role": role}),
            answered(201, {"agent.role": role}, "email"),
        )
    )


def choose_merchant(tour: Tour) -> str:
    """The id of a merchant whose payments always go well by themselves."""
    listed = tour.step(
        "Every magic value is listed, and so are the plain ones, which bring nothing special",
        anybody("GET", "/sandbox/v1/triggers"),
        answered(200),
    )
    plain = [
        one["value"]
        for one in listed["data"]
        if one["kind"] == "merchant" and one["effect"] == PLAIN
    ]
    tour.check(f"plain merchants: {', '.join(plain)}", len(plain) >= 3, True)
    return str(plain[0]) if plain else str(listed["data.0.value"])


def plan_fault(tour: Tour, says: str, kind: str, user_id: str | None = None) -> str:
    """Have this user's next charge go wrong at the gateway; the fault's id.

    Without a user it is the next connection to the gateway, whoever's it is.
    """
    body: dict[str, Any] = {"target": "gateway", "kind": kind}
    if user_id is not None:
        body |= {"operation": "charge", "match": {"user_id": user_id}}
    planned = tour.step(
        says,
        anybody("POST", "/sandbox/v1/faults", body),
        answered(201, {"kind": kind, "hits": 0, "remaining": 1}, "id"),
    )
    return str(planned["id"])


def check_fault_was_used(tour: Tour, fault_id: str) -> None:
    """A fault that nobody met would have proved nothing."""
    listed = tour.step("Was it this fault?", anybody("GET", "/sandbox/v1/faults"), answered(200))
    counted = _counters(listed["data"], fault_id)
    tour.check(f"{fault_id} was met once, and none is left", counted, (1, 0))


def advance_clock(tour: Tour, says: str, seconds: int) -> Answer:
    """Let virtual time pass, and everything that falls due meanwhile be done."""
    request = anybody("POST", "/sandbox/v1/clock/advance", {"seconds": seconds})
    return tour.step(says, request, answered(200, {"now": ANYTHING}, "ran.*.job"))


def code_sent_to(tour: Tour, says: str, destination: str, channel: str) -> str:
    """The code that the simulated carrier or mailbox has received for somebody."""
    received = tour.step_soon(
        says,
        anybody("GET", "/sandbox/v1/messages", to=destination, wait="10"),
        answered(200, {"data.0.channel": channel, "data.0.code": ANYTHING}, "data.0.body"),
    )
    return str(received["data.0.code"])


def _counters(faults: Iterable[dict[str, Any]], fault_id: str) -> tuple[int, int] | None:
    found = (one for one in faults if one.get("id") == fault_id)
    return next(((one["hits"], one["remaining"]) for one in found), None)
