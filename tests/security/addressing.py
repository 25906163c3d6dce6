"""How a walk over every route fills in paths and bodies: a value for each name that stands in the description.

A name that isn't here fails the walk. Whoever adds a route with a new kind of id says here whether it is somebody's
own (`Belongings`) or everybody's (`PUBLIC`); what a new field of a body may hold goes to `VALUES`.
"""

import uuid
from dataclasses import dataclass
from typing import Any

from app.core.ids import new_id
from app.factory import Wallet
from tests.client import Answer, Client
from tests.factories.auth import PASSWORD, PIN
from tests.factories.banking import card_number
from tests.factories.conversations import CONVERSATIONS, begin
from tests.factories.people import Person, create_person, payment_body
from tests.security.surface import Operation, Place

PUBLIC = {
    "component_code": "payment_gateway",
    "faq_id": "faq_none",
    "query_id": "mis_none",
    "incident_id": "inc_none",
    "kind": "phone",
    "mail_id": "mail_none",
    "merchant_id": "mch_star_coffee",
    "platform": "ios",
    "recipient.user_id": "usr_none",
}
"""Ids that aren't anybody's own, and words that select."""
KINDS_OF_USERS = (
    "payment_id",
    "transfer_id",
    "top_up_id",
    "withdrawal_id",
    "card_id",
    "bank_card_id",
    "source.id",
    "session_id",
    "conversation_id",
)
"""Names of ids of objects that belong to one user: what `Belongings.own` has one of each."""
VALUES: dict[str, object] = {
    "amount": 100,
    "call_code": "000000",
    "card_number": card_number(),
    "code": "000000",
    "components": ["payment_gateway"],
    "currency": "CNY",
    "current_password": PASSWORD,
    "channel": "chat",
    "data": {},
    "for": "user",
    "direction": "inbound",
    "display_name": "李雷",
    "download_url": "https://example.com/app",
    "email": "mei@desk.example.test",
    "error": "timeout",
    "events": ["*"],
    "field": "phone",
    "helpful": True,
    "holder_name": "张三丰",
    "identifier": "+8613700009999",
    "impact": "minor",
    "into": "cnv_none",
    "kind": "declined",
    "latest": "3.0.0",
    "minimum_supported": "2.0.0",
    "message": "where is it?",
    "new_password": "Orchid-river-42",
    "new_password_confirmation": "Orchid-river-42",
    "occurred_at": "2026-11-23T00:00:00Z",
    "password": PASSWORD,
    "password_confirmation": PASSWORD,
    "phone": "+8613800138000",
    "purpose": "reset_password",
    "reason": "the customer asked for it",
    "recipient": {"identifier": "+8613700009999"},
    "refresh_token": "rt_none",
    "release_notes": {"zh": "更新。", "en": "News."},
    "source": {"type": "balance"},
    "state": "draft",
    "synonyms": [["付钱", "付款"]],
    "tags": ["卡"],
    "target": "gateway",
    "texts": {"en": {"title": "Fees", "body": "There are none."}},
    "title": {"zh": "短信延迟", "en": "Texts are late"},
    "score": 5,
    "status": "online",
    "text": "and now?",
    "totp": "000000",
    "transaction_password": PIN,
    "transaction_password_confirmation": PIN,
    "type": "payment_request_failed",
    "update": {"text": {"zh": "正在调查。", "en": "We are looking into it."}},
    "until": "2026-12-24T00:00:00Z",
    "url": "http://127.0.0.1:9/",
    "verification_token": "vt_none",
    "version": 1,
}
QUERIES = {
    "card_number": "6222021234567890123",
    "card_number_prefix": "622202",
    "platform": "ios",
    "q": "卡",
    "version": "2.3.0",
}
"""What a query must have."""
COMPANIONS: dict[str, dict[str, object]] = {
    "source.id": {"type": "bank_card"},
}
"""What stands beside an id in its own object."""
ALTERNATIVES: dict[str, dict[str, object]] = {
    "/v1/support/payment-diagnoses": {"amount": 100, "occurred_at": "2026-11-23T00:00:00Z"},
    "/internal/v1/incidents/{incident_id}": {"status": "identified"},
    "/v1/me": {"password_free_limit": 90_000},
    "/internal/v1/agents/{agent_id}": {"display_name": "Mei"},
    "/internal/v1/customers/lookup": {"user_id": "usr_none"},
    "/internal/v1/payment-diagnoses": {"amount": 100},
    "/sandbox/v1/clock/advance": {"seconds": 0},
}
"""What the least body of a route has where none of its fields is required, but one of several is."""
OF_A_ROUTE: dict[str, dict[str, object]] = {"/internal/v1/action-requests": {"type": "freeze"}}
"""What a name means on one route only."""
ALONE = frozenset({"payment_id"})
"""Ids that stand in place of those alternatives."""


@dataclass(frozen=True)
class Belongings:
    """A person with one of each kind of object; `own` maps the names of ids to theirs."""

    person: Person
    own: dict[str, str]

    @property
    def client(self) -> Client:
        return self.person.client


def create_owner(wallet: Wallet) -> Belongings:
    """Somebody who has paid, transferred, topped up and withdrawn, has a card and a session."""
    person, friend = create_person(wallet, card=True), create_person(wallet)
    client, card_id = person.client, str(person.card_id)
    movement = {
        "bank_card_id": card_id,
        "amount": 100,
        "currency": "CNY",
        "transaction_password": PIN,
    }
    transfer = {
        "recipient": {"user_id": friend.user_id},
        "amount": 100,
        "currency": "CNY",
    }
    ids = (
        _made(client.post("/v1/payments", payment_body())),
        _made(client.post("/v1/transfers", transfer)),
        _made(client.post("/v1/top-ups", movement)),
        _made(client.post("/v1/withdrawals", movement)),
        card_id,
        card_id,
        card_id,
        str(client.get("/v1/auth/sessions")["data"][0]["id"]),
        str(begin(client)["id"]),
    )
    # Or its stream would never end.
    assert client.post(f"{CONVERSATIONS}/{ids[-1]}/close").status == 200
    return Belongings(person, dict(zip(KINDS_OF_USERS, ids, strict=True)))


def _made(answer: Answer) -> str:
    assert answer.status == 201, answer.body
    return str(answer["id"])


def nobodys(real: str) -> str:
    """An id of the same kind that nothing has."""
    return new_id(real.partition("_")[0])


def is_an_id(name: str) -> bool:
    return name == "id" or name.endswith("_id")


def path_of(operation: Operation, ids: dict[str, str]) -> str:
    """The address with its places filled. Raises KeyError for a name that nobody told us of."""
    path = operation.path
    for parameter in operation.parameters("path"):
        name = str(parameter["name"])
        path = path.replace("{" + name + "}", (PUBLIC | ids)[name])
    return path


def query_of(operation: Operation) -> dict[str, str]:
    """The required part of the query."""
    needed = [it["name"] for it in operation.parameters("query") if it.get("required")]
    return {name: QUERIES[name] for name in needed}


def body_of(operation: Operation) -> dict[str, Any] | None:
    """The least body that has the right shape; every id in it is nobody's. None where the route takes none."""
    schema = operation.body
    if schema is None:
        return None
    needed = [it for it in operation.places(schema) if it.required and len(it.names) == 1]
    values = {it.names[0]: _value(it) for it in needed}
    return ALTERNATIVES.get(operation.path, {}) | values | OF_A_ROUTE.get(operation.path, {})


def with_id(operation: Operation, place: Place, value: str) -> dict[str, Any]:
    """The least body that also names `value` at `place`."""
    body = (
        {}
        if place.path in ALONE and operation.path in ALTERNATIVES
        else dict(body_of(operation) or {})
    )
    inner = body
    for name in place.names[:-1]:
        inner[name] = dict(COMPANIONS.get(place.path, {}))
        inner = inner[name]
    inner[place.names[-1]] = value
    return body


def _value(place: Place) -> object:
    name = place.names[-1]
    if is_an_id(name):
        return PUBLIC.get(place.path) or f"{name}_none"
    assert name in VALUES, f"tests/security/addressing.py has no value for {place.path!r}"
    return VALUES[name]


def send(client: Client, operation: Operation, path: str, body: object = None) -> Answer:
    """Call a route; with a fresh Idempotency-Key where it takes one."""
    takes_key = any(it["name"] == "Idempotency-Key" for it in operation.parameters("header"))
    return client._call(
        operation.method,
        path,
        query_string=query_of(operation) or None,
        json=body,
        headers={"Idempotency-Key": uuid.uuid4().hex} if takes_key else {},
    )
