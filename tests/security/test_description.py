"""The whole OpenAPI description tried on the wallet by schemathesis, with what it allows and with what it forbids.

No answer may be a 5xx, have a status, type, header or shape that isn't described, or take what the description forbids.
Each route is called by who may call it (tests/security/test_authorisation.py does who must not), with real ids and
passwords here and there, since a random one would see nothing but 404 and 422. The examples are the same in every run.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import quote

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    ignored_auth,
    missing_required_header,
    negative_data_rejection,
    positive_data_acceptance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from app.auth.hashing import PasswordHasher
from app.auth.rules import Role
from app.core.clock import machine_now, rfc3339
from app.factory import Wallet, create_wallet
from tests.conftest import Outside, test_settings
from tests.databases import Databases
from tests.factories.banking import card_number
from tests.factories.conversations import begin
from tests.factories.faq import create_missed_query
from tests.factories.people import create_person
from tests.factories.staff import REASON, create_agent
from tests.factories.status import create_incident
from tests.factories.webhooks import announce, create_admin
from tests.security.addressing import PUBLIC, QUERIES, VALUES, create_owner
from tests.world.running import RunningWorld

AnyOperation: TypeAlias = "APIOperation[Any, Any, Any, Any]"
PARTS = 12
EXAMPLES = {GenerationMode.POSITIVE: 8, GenerationMode.NEGATIVE: 8}
NEVER = 6
"""So many routes of a part at most are never seen to succeed (those that want a code or a signature), or the examples
would prove little."""
CHECKS = [
    allow_header_conformance,
    content_type_conformance,
    missing_required_header,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
]
# What is well-formed may still be refused for what it says, and the tokens are walked elsewhere.
LEFT_OUT = [positive_data_acceptance, ignored_auth]
CONFIG = {
    "checks": {"negative_data_rejection": {"expected-statuses": ["4xx"]}},
    "output": {"truncation": {"enabled": False}},
}
WEBHOOKS = ("/internal/v1/webhook-endpoints", "/internal/v1/deliveries")
NEW_CALL = {"phone": None, "direction": "inbound"}
QUIET = settings(
    database=None,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@dataclass(frozen=True)
class Callers:
    """Who may call, and what a place of a name may truly hold: ids of objects of theirs, right passwords."""

    headers: dict[str, str]
    real: dict[str, object]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningWorld]:
    running = RunningWorld(tmp_path_factory.mktemp("world"))
    yield running
    running.stop()


@pytest.fixture
def wallet(
    databases: Databases,
    outside: Outside,
    hasher: PasswordHasher,
    world: RunningWorld,
    tmp_path: Path,
) -> Iterator[Wallet]:
    """A sandbox with a world behind its doors, and fakes behind the edges."""
    with databases.fresh("sqlite") as url:
        told = test_settings(url, tmp_path, world_url=world.addresses["control"])
        wired = create_wallet(told, edges=outside.edges(), hasher=hasher)
        with streams_that_end(wired):
            yield wired
        wired.close()


@contextmanager
def streams_that_end(wallet: Wallet) -> Iterator[None]:
    """Close every open stream again and again: schemathesis reads an answer to its end, and a stream has none."""
    over = threading.Event()

    def close() -> None:
        while not over.wait(0.1):
            wallet.support.live.close()

    closing = threading.Thread(target=close)
    closing.start()
    try:
        yield
    finally:
        over.set()
        closing.join()


def create_callers(wallet: Wallet, operation: AnyOperation) -> Callers:
    """Whoever the route is for, fresh: the one before may have ended sessions and locked passwords."""
    access = operation.definition.raw["x-access"]
    headers: dict[str, str] = {}
    real: dict[str, object] = {**VALUES, **PUBLIC, **QUERIES}
    real["faq_id"] = "faq_forgot_login_password"
    real["card_number"] = card_number()
    if access == "user":
        owner = create_owner(wallet)
        headers = owner.client.headers
        real |= owner.own | {"identifier": owner.person.identifier}
        real["conversation_id"] = begin(owner.client)["id"]
        real["recipient"] = {"user_id": create_person(wallet).user_id}
    if access == "agent":
        admin = create_admin(wallet)
        headers = {
            name: it for name, it in admin.client.headers.items() if name != "X-Access-Reason"
        }
        real["call_id"] = admin.client.post("/internal/v1/calls", NEW_CALL)["id"]
        customer = create_person(wallet)
        real["user_id"] = real["customer_id"] = customer.user_id
        real["payment_id"] = customer.pay()["id"]
        to_credit = {"type": "goodwill_credit", "user_id": customer.user_id, "amount": 5}
        asked = create_agent(wallet, Role.ADMIN).client.post(
            "/internal/v1/action-requests", to_credit | {"reason": "a mistake of ours"}
        )
        real |= {"request_id": asked["id"], "type": "freeze"}
        real["agent_id"] = create_agent(wallet).agent_id
        customer = create_person(wallet).client
        real["until"] = rfc3339(machine_now() + timedelta(days=1))
        real["conversation_id"], real["into"] = (begin(customer)["id"] for _ in range(2))
        with wallet.database.transaction() as tx:
            real["incident_id"] = create_incident(tx, tx.now)
            real["query_id"] = create_missed_query(tx, str(real["incident_id"]))
        if operation.path.startswith(
            WEBHOOKS
        ):  # each endpoint is told of all that is tried afterwards
            real["endpoint_id"] = admin.create()["id"]
            announce(wallet)
            real["delivery_id"] = admin.delivery(str(real["endpoint_id"]))["id"]
    return Callers(headers, real)


def operations(wallet: Wallet) -> list[AnyOperation]:
    """Every described route; what would take the others their users away comes last."""
    schema = schemathesis.openapi.from_wsgi(
        "/openapi.json", wallet.app, config=SchemathesisConfig.from_dict(CONFIG)
    )
    found = [result.ok() for result in schema.get_all_operations()]
    return sorted(found, key=lambda it: it.path.endswith(("/reset", "/clock/advance")))


@pytest.mark.timeout(400)  # a thousand calls take their time on a busy machine
@pytest.mark.parametrize("part", range(PARTS))
def test_no_answer_is_undescribed_and_nothing_forbidden_is_taken(wallet: Wallet, part: int) -> None:
    mine = operations(wallet)[part::PARTS]
    assert len(mine) >= 12
    never = []
    for operation in mine:
        callers = create_callers(wallet, operation)
        seen = [
            status
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
            for status in statuses(operation, mode, callers)
        ]
        if min(seen) >= 300:
            never.append(operation.label)
    assert len(never) <= NEVER, never


def statuses(
    operation: AnyOperation,
    mode: GenerationMode,
    who: Callers,
) -> list[int]:
    """Try one route; the statuses that it answered. Raises what schemathesis finds wrong."""
    takes = [*operation.iter_parameters(), *operation.body]
    if mode is GenerationMode.NEGATIVE and all(it.location == "path" for it in takes):
        return []  # nothing can be wrong with it
    seen: list[int] = []

    @settings(QUIET, max_examples=EXAMPLES[mode] if takes else 1)
    @given(case=operation.as_strategy(generation_mode=mode), real=st.integers(0, 3))
    def try_one(case: Case, real: int) -> None:
        if mode is GenerationMode.POSITIVE and real:
            make_real(case, who.real)
        if mode is GenerationMode.POSITIVE and operation.definition.raw["x-access"] == "agent":
            case.headers["X-Access-Reason"] = quote(REASON)
        case.query.pop("wait", None)  # or it does, up to 30 s
        case.headers.update(who.headers)
        response = case.call()
        seen.append(response.status_code)
        case.validate_response(response, checks=CHECKS, excluded_checks=LEFT_OUT)

    try_one()
    return seen


def make_real(case: Case, real: dict[str, object]) -> None:
    """Put real values where the description's names stand."""
    for part in (case.path_parameters, case.query, case.body):
        if isinstance(part, dict):
            part.update({name: real[name] for name in part if name in real})
