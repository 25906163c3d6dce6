"""Bad input of every kind at every route of the description: refused by the contract's codes, never a 500."""

import gzip
import json
import re
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from app.factory import Wallet
from tests.client import Answer, Client
from tests.factories.auth import PIN
from tests.factories.people import create_person, payment_body
from tests.factories.webhooks import agent_client
from tests.security.addressing import (
    KINDS_OF_USERS,
    body_of,
    create_owner,
    path_of,
    query_of,
    send,
    with_id,
)
from tests.security.surface import Operation, Place, described_operations

ON_SQLITE = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
"""For what is refused before any statement is run."""
ANY_ID = dict.fromkeys(
    (
        *KINDS_OF_USERS,
        "agent_id",
        "endpoint_id",
        "delivery_id",
        "fault_id",
        "verification_id",
        "call_id",
        "customer_id",
        "request_id",
    ),
    "x",
)
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
DIGITS = frozenset(
    {"call_code", "card_number", "code", "identifier", "occurred_at", "phone", "timestamp"}
    | {"transaction_password", "current_transaction_password", "transaction_password_confirmation"}
)
"""Texts of digits; look-alikes must not pass for them, and nothing may trail."""
RAW = "callbacks"  # their signature is judged before their body


@pytest.fixture
def operations(client: Client) -> list[Operation]:
    return described_operations(client)


@pytest.fixture
def speakers(wallet: Wallet, client: Client) -> dict[str, Client]:
    return {
        "user": create_person(wallet).client,
        "agent": agent_client(wallet),
        "anyone": client,
        "sandbox": client,
    }


def taking_bodies(operations: list[Operation]) -> list[Operation]:
    found = [it for it in operations if it.body is not None and RAW not in it.path]
    assert len(found) >= 25
    return found


def send_raw(client: Client, operation: Operation, data: bytes, **headers: str) -> Answer:
    told = client.headers | {"Content-Type": "application/json", "Idempotency-Key": "k"} | headers
    response = client.flask.open(
        path_of(operation, ANY_ID), method=operation.method, data=data, headers=told
    )
    return Answer(response)


BODIES: list[tuple[str, bytes, tuple[int, str]]] = [
    ("100,000 brackets", b"[" * 100_000, (413, "body_too_large")),
    ("brackets left open", b"[" * 60_000, (400, "malformed_json")),
    ("brackets", b"[" * 30_000 + b"]" * 30_000, (422, "validation_failed")),
    ("objects", b'{"a":' * 9_000 + b"1" + b"}" * 9_000, (422, "validation_failed")),
    ("33 levels", b'{"a":' * 33 + b"1" + b"}" * 33, (422, "validation_failed")),
    ("one byte too many", b" " * 65_535 + b"{}", (413, "body_too_large")),
    ("nothing but spaces", b" " * 65_536, (400, "malformed_json")),
    ("duplicate keys", b'{"amount":1,"amount":2}', (422, "validation_failed")),
    ("duplicate keys below", b'{"a":[{"b":1,"b":1}]}', (422, "validation_failed")),
    ("NaN", b'{"amount":NaN}', (422, "validation_failed")),
    ("Infinity", b'{"amount":Infinity}', (422, "validation_failed")),
    ("-Infinity", b'{"amount":-Infinity}', (422, "validation_failed")),
    ("5,000 digits", b'{"amount":' + b"9" * 5_000 + b"}", (422, "validation_failed")),
    ("a list", b"[]", (422, "validation_failed")),
    ("a text", b'"{}"', (422, "validation_failed")),
    ("null", b"null", (422, "validation_failed")),
    ("no UTF-8", b'{"a":"\xff"}', (400, "malformed_json")),
    ("an encoded surrogate", b'{"a":"\xed\xa0\x80"}', (400, "malformed_json")),
    ("UTF-16", '{"a":1}'.encode("utf-16"), (400, "malformed_json")),
    ("a byte order mark", b"\xef\xbb\xbf{}", (400, "malformed_json")),
    ("cut off", b'{"amount":', (400, "malformed_json")),
    ("a plus", b'{"amount":+1}', (400, "malformed_json")),
    ("a leading zero", b'{"amount":01}', (400, "malformed_json")),
    ("a comment", b'{"amount":1/*one*/}', (400, "malformed_json")),
    ("a NUL beside", b'{"amount":1}\x00', (400, "malformed_json")),
    ("a name with NUL", b'{"\\u0000":1}', (422, "validation_failed")),
    ("a name with half a pair", b'{"\\ud800":1}', (422, "validation_failed")),
    ("a prototype", b'{"__proto__":{"role":"admin"}}', (422, "validation_failed")),
    ("an unknown field", b'{"is_admin":true}', (422, "validation_failed")),
]


@ON_SQLITE
def test_a_bad_body_is_refused_by_name_at_every_route(
    operations: list[Operation], speakers: dict[str, Client]
) -> None:
    for operation in taking_bodies(operations):
        for what, data, expected in BODIES:
            answer = send_raw(speakers[operation.access], operation, data)
            assert (answer.status, answer.code) == expected, (str(operation), what, answer.body)


@ON_SQLITE
def test_a_body_of_another_type_is_refused_at_every_route(
    operations: list[Operation], speakers: dict[str, Client]
) -> None:
    for operation in taking_bodies(operations):
        for told in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
            answer = send_raw(
                speakers[operation.access], operation, b'{"a":1}', **{"Content-Type": told}
            )
            assert (answer.status, answer.code) == (415, "unsupported_media_type"), operation


@ON_SQLITE
def test_a_packed_body_is_not_unpacked(
    operations: list[Operation], speakers: dict[str, Client]
) -> None:
    bomb = gzip.compress(b'{"a":"' + b" " * 10_000_000 + b'"}')
    assert len(bomb) < 65_536
    for operation in taking_bodies(operations):
        answer = send_raw(
            speakers[operation.access], operation, bomb, **{"Content-Encoding": "gzip"}
        )
        assert (answer.status, answer.code) == (400, "malformed_json"), operation


def bodies_with(
    operation: Operation, wanted: str, values: list[Any]
) -> Iterator[tuple[Place, dict[str, Any]]]:
    """The least body with each of the values at each place of that type."""
    schema = operation.body
    assert schema is not None
    for place in operation.places(schema):
        kinds = place.schema.get("type", "")
        if wanted in ([kinds] if isinstance(kinds, str) else kinds):
            for value in values:
                yield place, with_id(operation, place, value)


HALVES_AND_NULS = ["\x00", "a\x00b", "\ud800", "x\udfff"]


@ON_SQLITE
def test_nul_and_half_a_pair_are_refused_in_every_text(
    operations: list[Operation], speakers: dict[str, Client]
) -> None:
    walked = 0
    for operation in taking_bodies(operations):
        for place, body in bodies_with(operation, "string", HALVES_AND_NULS):
            answer = send_raw(speakers[operation.access], operation, json.dumps(body).encode())
            at = "/" + "/".join(place.names)
            assert (answer.status, answer.code) == (422, "validation_failed"), (operation, place)
            assert at in [it["pointer"] for it in answer["errors"]], (operation, place)
            walked += 1
    assert walked > 200


MARKS = "a" + "\u0301\u0316" * 14_000
"""Putting such a text into a normal form takes a time that grows with the square of its length: a second and more."""
CPU_SECONDS = 0.5
TRIES = 3
"""A pause of the collector or of a busy machine strikes once, a time that grows with the square strikes each time."""


def judged_at_once(send: Callable[[], Answer]) -> Answer:
    """The answer to a call that took little of the processor in at least one of a few tries."""
    took = []
    for _ in range(TRIES):
        began = time.thread_time()
        answer = send()
        took.append(time.thread_time() - began)
        if took[-1] < CPU_SECONDS:
            return answer
    raise AssertionError(f"it took {took} seconds of the processor")


@ON_SQLITE
def test_a_body_full_of_one_thing_is_judged_at_once(
    operations: list[Operation], speakers: dict[str, Client]
) -> None:
    places = [
        (operation, place, body)
        for operation in taking_bodies(operations)
        for place, body in bodies_with(operation, "string", [MARKS])
    ]
    assert {
        "POST /v1/auth/password-checks password",
        "POST /v1/auth/login password",
        "POST /v1/auth/register password",
        "PUT /v1/auth/password new_password",
        "PATCH /v1/me display_name",
    } <= {f"{operation} {place.path}" for operation, place, _ in places}
    for operation, place, body in places:
        data = json.dumps(body, ensure_ascii=False).encode()
        speaker = speakers[operation.access]
        answer = judged_at_once(partial(send_raw, speaker, operation, data))
        assert answer.status < 500, (str(operation), place, answer.body)


@ON_SQLITE
def test_a_query_full_of_one_thing_is_judged_at_once(
    operations: list[Operation], speakers: dict[str, Client]
) -> None:
    walked = 0
    for operation in operations:
        for parameter in operation.parameters("query"):
            given = {parameter["name"]: MARKS[:900]}
            speaker = speakers[operation.access]
            answer = judged_at_once(partial(speaker.get, path_of(operation, ANY_ID), **given))
            assert answer.status < 500, (str(operation), parameter)
            walked += 1
    assert walked > 50


NO_INTEGERS: list[Any] = [1.0, 1e300, True, "1", "١", [], {}]
HUGE = [2**63, -(2**63) - 1, 2**64, 10**99]


@ON_SQLITE
def test_what_is_no_integer_is_refused_in_every_integer(
    operations: list[Operation], speakers: dict[str, Client]
) -> None:
    walked = 0
    for operation in taking_bodies(operations):
        for place, body in bodies_with(operation, "integer", NO_INTEGERS):
            answer = send_raw(speakers[operation.access], operation, json.dumps(body).encode())
            assert (answer.status, answer.code) == (422, "validation_failed"), (operation, body)
            assert "/" + "/".join(place.names) in [it["pointer"] for it in answer["errors"]]
            walked += 1
    assert walked > 70


def test_what_no_column_holds_is_refused_in_every_integer(
    operations: list[Operation], wallet: Wallet, speakers: dict[str, Client]
) -> None:
    owner = create_owner(wallet)
    speak = speakers | {"user": owner.client}
    walked = 0
    for operation in taking_bodies(operations):
        path = path_of(operation, ANY_ID | owner.own)
        for place, body in bodies_with(operation, "integer", HUGE):
            answer = send(speak[operation.access], operation, path, body)
            assert answer.status in (409, 422), (str(operation), place.path, answer.body)
            walked += 1
    assert walked > 40


def test_look_alike_digits_and_trailing_newlines_pass_for_nothing(
    operations: list[Operation], wallet: Wallet, speakers: dict[str, Client]
) -> None:
    walked, owner = 0, create_owner(wallet)
    for operation in taking_bodies(operations):
        least = body_of(operation) or {}
        precise = [it for it in operation.places(operation.body or {}) if _is_precise(it)]
        if not precise:
            continue
        if any("transaction_password" in it.path for it in precise):
            owner = create_owner(wallet)  # or a lock would refuse what is right, too
        speak, path = speakers | {"user": owner.client}, path_of(operation, ANY_ID | owner.own)
        for place in precise:
            right = str(least.get(place.names[0], PIN))
            for wrong in {right + "\n", right.translate(ARABIC)} - {right}:
                body = least | {place.names[0]: wrong}
                answer = send(speak[operation.access], operation, path, body)
                assert 400 <= answer.status < 500, (str(operation), wrong, answer.body)
                assert answer.status != 429, (str(operation), "a limit hides the answer")
                walked += 1
    assert walked > 50


def _is_precise(place: Place) -> bool:
    """Whether a text must be exactly something."""
    name, schema = place.names[-1], place.schema
    if len(place.names) > 1 or name == "holder_name":  # whose pattern takes any digits
        return False
    exact = "enum" in schema or "pattern" in schema or schema.get("format") == "date-time"
    return exact or name in DIGITS


NO_IDS = ["%00", "a%00b", "..", "%2e%2e%2fusers", "%0A", "%ED%A0%80", "%ff", "x" * 5_000, "١٢٣"]
NO_IDS += ["'%20OR%201=1--", "%25n%25s", "{{7*7}}", "-1", "9223372036854775808", "💥"]


def test_an_id_that_is_none_is_not_found(
    operations: list[Operation], speakers: dict[str, Client]
) -> None:
    codes = {"not_found", "method_not_allowed", "verification_expired"}
    for operation in operations:
        if not operation.parameters("path") or operation.access == "sandbox":
            continue
        for wrong in NO_IDS:
            path = re.sub(r"{\w+}", lambda _, wrong=wrong: wrong, operation.path)
            answer = send(speakers[operation.access], operation, path, body_of(operation))
            assert answer.status in (404, 405), (str(operation), wrong, answer.body)
            assert answer.code in codes, (str(operation), wrong)


WRONG_QUERIES = ["%00", "%0A", "%ED%A0%80", "%D9%A1", "1e3", "NaN", "true%00"]


def test_a_bad_query_is_refused_at_every_route(
    operations: list[Operation], speakers: dict[str, Client]
) -> None:
    walked = 0
    for operation in operations:
        if operation.method != "GET":
            continue
        client, path = speakers[operation.access], path_of(operation, ANY_ID)
        right = [f"{name}={value}" for name, value in query_of(operation).items()]
        for wrong in ("nobody_knows_me=1", "=", "%00=1", "__proto__=1"):
            asked = client.get(f"{path}?{'&'.join([*right, wrong])}")
            assert (asked.status, asked.code) == (422, "validation_failed"), (operation, wrong)
        for parameter in operation.parameters("query"):
            name, schema = parameter["name"], parameter["schema"]
            others = [it for it in right if not it.startswith(f"{name}=")]
            values = WRONG_QUERIES if _is_exact(schema) else ["%00"]
            twice = f"{name}=1&{name}=1"
            for wrong in (*(f"{name}={value}" for value in values), twice):
                asked = client.get(f"{path}?{'&'.join([*others, wrong])}")
                assert asked.status == 422, (operation, wrong, asked.body)
                walked += 1
    assert walked > 200


def _is_exact(schema: dict[str, Any]) -> bool:
    return (
        schema.get("type") == "integer"
        or "enum" in schema
        or "pattern" in schema
        or schema.get("format") == "date-time"
    )


@ON_SQLITE
def test_a_bad_key_is_refused_wherever_keys_count(
    operations: list[Operation], speakers: dict[str, Client]
) -> None:
    walked = 0
    for operation in operations:
        if not any(it["name"] == "Idempotency-Key" for it in operation.parameters("header")):
            continue
        for wrong in ("", "a b", "a\tb", "١".encode().decode("latin-1"), "x" * 256):
            answer = send_raw(
                speakers[operation.access],
                operation,
                json.dumps(body_of(operation) or {}).encode(),
                **{"Idempotency-Key": wrong},
            )
            assert (answer.status, answer.code) == (400, "idempotency_key_invalid"), operation
            walked += 1
    assert walked >= 50


@ON_SQLITE
def test_odd_headers_are_left_out_and_stop_nothing(wallet: Wallet) -> None:
    payer = create_person(wallet)
    odd = {
        "X-App-Version": "ios/٢.٣.٠",
        "X-Network-Type": "pigeon",
        "X-Request-Id": "a b",
        "Accept-Language": "x" * 4_000 + ";q=NaN, *;q=٣",
        "X-Forwarded-For": "'; DROP TABLE users;--, ::1, 10.0.0.1",
        "Forwarded": "for=unknown;host=evil.example",
        "Range": "bytes=0-18446744073709551616",
        "If-None-Match": "*",
        "Cookie": "session=admin",
        "X-HTTP-Method-Override": "DELETE",
    }
    sent = payer.client.headers | {name: it.encode().decode("latin-1") for name, it in odd.items()}
    paid = payer.client.flask.post(
        "/v1/payments", json=payment_body(), headers=sent | {"Idempotency-Key": "k"}
    )
    assert paid.status_code == 201
    [attempt] = paid.get_json()["attempts"]
    assert (attempt["app_version"], attempt["network_type"]) == (None, None)
    assert paid.headers["X-Request-Id"].startswith("req_")


def test_every_tampered_cursor_is_refused(operations: list[Operation], wallet: Wallet) -> None:
    owner, other = create_owner(wallet), create_owner(wallet)
    create = {"payment_id": owner.person.pay, "other": other.person.pay}
    for pay in create.values():
        pay(10)
    paged = [
        it
        for it in operations
        if it.access == "user" and any(p["name"] == "cursor" for p in it.parameters("query"))
    ]
    assert len(paged) >= 8
    paths = [path_of(operation, owner.own) for operation in paged]
    cursors: dict[str, str] = {}
    for path in paths:
        first = owner.client.get(path, limit=1)
        if first["next_cursor"]:
            cursors[path] = first["next_cursor"]
    assert {"/v1/payments", "/v1/wallet/entries", "/v1/merchants"} <= set(cursors)
    for path in paths:
        for wrong in _tampered(path, cursors):
            _refused(owner.client.get(path, limit=1, cursor=wrong), path, wrong)
        if path in cursors:
            stolen = other.client.get(path, limit=1, cursor=cursors[path])
            _refused(stolen, path, "another user's")
            whole = owner.client.get(path, limit=1, cursor=cursors[path])
            assert whole.status == 200, path


def _refused(answer: Answer, *what: str) -> None:
    assert (answer.status, answer.code) == (422, "cursor_invalid"), what


def _tampered(path: str, cursors: dict[str, str]) -> Iterator[str]:
    yield from ("", "x", "💥", "null", "0", "AAAA", "A" * 7_000, "../../etc/passwd")
    yield from (given for other, given in cursors.items() if other != path)
    mine = cursors.get(path)
    if mine is None:
        return
    yield from (mine[:end] for end in range(0, len(mine), 7))
    yield from (mine + extra for extra in ("=", "A", "\n", " ", "."))
    yield mine.swapcase()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for at in range(0, len(mine), 5):
        flipped = alphabet[alphabet.index(mine[at]) ^ 1]
        yield mine[:at] + flipped + mine[at + 1 :]
