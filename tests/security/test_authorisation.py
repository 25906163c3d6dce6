"""Every route of the description × who must not come in; a new route is walked without being named here.

What is expected follows from the access that the route declares, and how it is addressed from
tests/security/addressing.py:
a name that isn't there fails the walk.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.auth.hashing import PasswordHasher
from app.auth.rules import Role
from app.factory import Wallet, create_wallet
from tests.client import Answer, Client
from tests.conftest import Clock, Outside, test_settings
from tests.databases import Databases
from tests.factories.people import create_person
from tests.factories.webhooks import agent_client
from tests.security.addressing import (
    KINDS_OF_USERS,
    PUBLIC,
    Belongings,
    body_of,
    create_owner,
    is_an_id,
    nobodys,
    path_of,
    send,
    with_id,
)
from tests.security.surface import Operation, Place, described_operations

UNDESCRIBED = {
    "/docs",
    "/docs/assets/<path:name>",
    "/docs/errors",
    "/healthz",
    "/metrics",
    "/openapi.json",
    "/readyz",
}
"""Pages for people, probes and the description itself: no customer's data is behind them."""
GUARDED = ("user", "agent")
AGENTS_LOGIN = "/internal/v1/auth/login"  # the one door of agents that wants no token
LADDER = ("agent", "supervisor", "admin")  # contract, section 8
NOT_OF_USERS = {
    "agent_id": "agt_none",
    "endpoint_id": "whe_none",
    "delivery_id": "whd_none",
    "fault_id": "flt_none",
    "verification_id": "ver_none",
    "call_id": "call_none",
    "customer_id": "usr_none",
    "request_id": "act_none",
}


@pytest.fixture
def operations(client: Client) -> list[Operation]:
    return described_operations(client)


@pytest.fixture
def owner(wallet: Wallet) -> Belongings:
    return create_owner(wallet)


def guarded(operations: list[Operation]) -> list[Operation]:
    found = [it for it in operations if it.access in GUARDED]
    assert len(found) >= 40
    return found


def address(operation: Operation) -> str:
    """Where the route is; what is judged before an id is looked up needs no real one."""
    return path_of(operation, NOT_OF_USERS | dict.fromkeys(KINDS_OF_USERS, "x"))


def refusal(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.code if answer.status >= 400 else ""


def test_every_route_is_described_or_a_public_page(wallet: Wallet, client: Client) -> None:
    rules = {rule.rule for rule in wallet.app.url_map.iter_rules()}
    # Pages are walked by tests/console/test_frame.py and tests/console/sandbox.
    rules = {it for it in rules if not (it.startswith("/console/") or is_sandbox_page(it))}
    described = {it.path.replace("{", "<").replace("}", ">") for it in described_operations(client)}
    assert rules - described == UNDESCRIBED


def is_sandbox_page(rule: str) -> bool:
    return rule == "/sandbox" or (
        rule.startswith("/sandbox/") and not rule.startswith("/sandbox/v1")
    )


def test_every_route_declares_who_may_call(operations: list[Operation]) -> None:
    schemes: dict[str, list[dict[str, list[str]]]] = {
        "user": [{"user_token": []}],
        "agent": [{"agent_token": []}],
        "anyone": [],
        "sandbox": [],
    }
    for operation in operations:
        assert operation.raw["security"] == schemes[operation.access], operation
        assert operation.path.startswith("/sandbox/") == (operation.access == "sandbox")
        for_agents = operation.path.startswith("/internal/") and operation.path != AGENTS_LOGIN
        assert for_agents == (operation.access == "agent"), operation
        assert (operation.least_role is not None) == (operation.access == "agent"), operation


def test_without_a_token_nothing_else_is_said(operations: list[Operation], client: Client) -> None:
    for operation in guarded(operations):
        path = address(operation)
        for body in (body_of(operation), {"unknown": 1}):
            answer = send(client, operation, path, body)
            assert refusal(answer) == (401, "access_token_missing"), operation
            assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_an_unknown_token_is_invalid_everywhere(
    operations: list[Operation], client: Client
) -> None:
    for scheme in ("Bearer at_none", "bearer x", "Bearer \x80\xff", "Bearer a b"):
        stranger = client.with_headers(Authorization=scheme)
        for operation in guarded(operations):
            answer = send(stranger, operation, address(operation), body_of(operation))
            assert refusal(answer) == (401, "access_token_invalid"), (operation, scheme)


def test_another_scheme_is_no_token(operations: list[Operation], client: Client) -> None:
    for scheme in ("Basic dTpw", "Bearer", "Bearer ", "at_none", "Token x"):
        stranger = client.with_headers(Authorization=scheme)
        for operation in guarded(operations):
            answer = send(stranger, operation, address(operation))
            assert refusal(answer) == (401, "access_token_missing"), (operation, scheme)


def test_an_expired_token_is_expired_everywhere(
    operations: list[Operation], wallet: Wallet, clock: Clock
) -> None:
    speakers = {"user": create_person(wallet).client, "agent": agent_client(wallet)}
    clock.jump_to(clock.now() + timedelta(minutes=16))
    for operation in guarded(operations):
        answer = send(speakers[operation.access], operation, address(operation))
        assert refusal(answer) == (401, "access_token_expired"), operation


def test_a_token_that_was_logged_out_is_invalid_everywhere(
    operations: list[Operation], wallet: Wallet
) -> None:
    gone = {"user": create_person(wallet).client, "agent": agent_client(wallet)}
    assert gone["user"].post("/v1/auth/logout").status == 204
    assert gone["agent"].post("/internal/v1/auth/logout").status == 204
    for operation in guarded(operations):
        answer = send(gone[operation.access], operation, address(operation))
        assert refusal(answer) == (401, "access_token_invalid"), operation


def test_a_users_token_opens_no_agents_route_and_an_agents_none_of_users(
    operations: list[Operation], wallet: Wallet
) -> None:
    wrong = {"user": agent_client(wallet), "agent": create_person(wallet).client}
    for operation in guarded(operations):
        path = address(operation)
        answer = send(wrong[operation.access], operation, path, body_of(operation))
        assert refusal(answer) == (401, "access_token_invalid"), operation


@pytest.mark.parametrize("role", LADDER)
def test_a_role_below_the_declared_one_is_forbidden_and_one_above_is_not(
    operations: list[Operation], wallet: Wallet, role: str
) -> None:
    for operation in operations:
        if operation.least_role is None:
            continue
        agent = agent_client(
            wallet, Role(role)
        )  # a fresh one, since the one before may have signed out
        answer = send(agent, operation, address(operation), body_of(operation))
        if LADDER.index(role) >= LADDER.index(operation.least_role):
            assert answer.status not in (401, 403), operation
        else:
            assert refusal(answer) == (403, "forbidden"), operation


def test_routes_for_anyone_let_anyone_in_and_look_at_no_token(
    operations: list[Operation], client: Client
) -> None:
    for operation in operations:
        if operation.access != "anyone":
            continue
        path, body = address(operation), body_of(operation)
        plain = send(client, operation, path, body)
        with_token = send(client.as_bearer("at_none"), operation, path, body)
        for answer in (plain, with_token):
            refused = refusal(answer)
            assert refused[0] != 403, operation
            assert not refused[1].startswith("access_token"), operation


def test_sandbox_doors_take_local_callers_only(operations: list[Operation], client: Client) -> None:
    strangers: list[dict[str, str]] = [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Host": "evil.example"},
        {"Host": "localhost.evil.example"},
        {"Origin": "http://localhost.evil.example"},
    ]
    for operation in operations:
        if operation.access != "sandbox":
            continue
        for headers in strangers:
            answer = send(client.with_headers(**headers), operation, address(operation))
            assert refusal(answer) == (403, "origin_not_allowed"), (operation, headers)


@pytest.fixture
def production(
    databases: Databases, outside: Outside, hasher: PasswordHasher, tmp_path: Path
) -> Iterator[Client]:
    with databases.fresh("sqlite") as url:
        settings = test_settings(url, tmp_path, environment="production", simulated_edges=())
        wired = create_wallet(settings, edges=outside.edges(), hasher=hasher)
        yield Client(wired.app.test_client())
        wired.close()


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_no_sandbox_door_is_there_in_production(
    operations: list[Operation], production: Client
) -> None:
    for operation in operations:
        if operation.access == "sandbox":
            answer = send(production, operation, address(operation))
            assert refusal(answer) == (404, "not_found"), operation
    assert not any(it.access == "sandbox" for it in described_operations(production))


def test_somebody_elses_object_in_the_path_is_like_a_missing_one(
    operations: list[Operation], wallet: Wallet, owner: Belongings
) -> None:
    stranger = create_person(wallet).client
    walked = 0
    for operation in operations:
        names = [str(it["name"]) for it in operation.parameters("path")]
        if operation.access != "user" or set(names) <= set(PUBLIC):
            continue
        missing = {name: nobodys(owner.own[name]) for name in names}
        body = body_of(operation)
        theirs = send(stranger, operation, path_of(operation, owner.own), body)
        none = send(stranger, operation, path_of(operation, missing), body)
        alike(theirs, none, operation)
        walked += 1
    assert walked >= 9


def test_somebody_elses_object_in_body_or_query_is_like_a_missing_one(
    operations: list[Operation], wallet: Wallet, owner: Belongings
) -> None:
    mine = create_owner(wallet)
    walked = 0
    for operation, place in private_places(operations):
        theirs, none = (
            send(
                mine.client,
                operation,
                path_of(operation, mine.own),
                with_id(operation, place, value),
            )
            for value in (owner.own[place.path], nobodys(owner.own[place.path]))
        )
        alike(theirs, none, operation)
        walked += 1
    assert walked >= 4
    in_queries = [
        (str(operation), it["name"])
        for operation in operations
        for it in operation.parameters("query")
        if operation.access == "user" and is_an_id(it["name"])
    ]
    assert in_queries == [], "a query that names an object: walk it here like a body"


def test_no_list_and_no_reading_shows_what_is_somebody_elses(
    operations: list[Operation], wallet: Wallet, owner: Belongings
) -> None:
    stranger = create_person(wallet).client
    secret = {*owner.own.values(), owner.person.user_id, owner.person.identifier}
    shown_to_owner: set[str] = set()
    for operation in operations:
        if operation.method == "GET" and operation.access in ("user", "anyone"):
            theirs = send(stranger, operation, address(operation)).raw.decode()
            assert not {it for it in secret if it in theirs}, operation
            mine = send(owner.client, operation, address(operation)).raw.decode()
            shown_to_owner |= {it for it in secret if it in mine}
    assert shown_to_owner == secret, "the owner's lists show all of it, so the search can find it"


def test_the_walk_knows_real_objects_since_their_owner_reaches_them(
    operations: list[Operation], owner: Belongings
) -> None:
    for operation, place in private_places(operations):
        body = with_id(operation, place, owner.own[place.path])
        answer = send(owner.client, operation, path_of(operation, owner.own), body)
        assert answer.status in (200, 201, 202), (operation, place.path, answer.body)
    for operation in sorted(operations, key=_destroys):
        if operation.access == "user" and operation.parameters("path"):
            path = path_of(operation, owner.own)
            answer = send(owner.client, operation, path, body_of(operation))
            assert answer.status not in (401, 404, 422, 500), (operation, answer.body)


def _destroys(operation: Operation) -> tuple[bool, bool]:
    """What ends the session goes last, what ends the card before it."""
    return "/sessions" in operation.path, operation.path.endswith("/unbind")


def private_places(operations: list[Operation]) -> Iterator[tuple[Operation, Place]]:
    """Every place of a user's body that names an object of somebody's own."""
    for operation in operations:
        if operation.access != "user" or operation.body is None:
            continue
        for place in operation.places(operation.body):
            if is_an_id(place.names[-1]) and place.path not in PUBLIC:
                yield operation, place


def alike(theirs: Answer, none: Answer, operation: Operation) -> None:
    assert refusal(theirs) == refusal(none) == (404, "not_found"), (operation, theirs.body)
    assert without_id(theirs.body) == without_id(none.body), operation
    shown = [
        {name: value for name, value in it.headers.items() if name != "X-Request-Id"}
        for it in (theirs, none)
    ]
    # The request ids, which are in the body too, are of one length.
    assert shown[0] == shown[1], operation


def without_id(problem: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in problem.items() if name != "request_id"}


def test_every_answer_carries_the_safe_headers(
    operations: list[Operation], client: Client, wallet: Wallet
) -> None:
    user = create_person(wallet).client
    for operation in operations:
        if operation.path.endswith("/reset"):
            continue
        for speaker in (client, user):
            answer = send(speaker, operation, address(operation), body_of(operation))
            safe(answer, str(operation))
            assert answer.headers["Cache-Control"] == "no-store", operation
            assert "sandbox" in answer.headers["Content-Security-Policy"]
    for path in ("/docs", "/docs/errors", "/openapi.json", "/healthz", "/readyz", "/metrics", "/x"):
        safe(client.get(path), path)
    assert "script-src 'self';" in client.get("/docs").headers["Content-Security-Policy"]


def safe(answer: Answer, what: str) -> None:
    told = answer.headers
    assert told["X-Content-Type-Options"] == "nosniff", what
    assert told["Referrer-Policy"] == "no-referrer", what
    assert told["Cross-Origin-Resource-Policy"] == "same-origin", what
    assert "frame-ancestors 'none'" in told["Content-Security-Policy"], what
    assert "default-src 'none'" in told["Content-Security-Policy"], what
    assert "Access-Control-Allow-Origin" not in told, what
    assert told["Server"] == "wallet", what
    assert "Set-Cookie" not in told, what
