"""Who may call back: the signature decides, before anything is said of the rest."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from app.core.clock import machine_now
from app.core.errors import Refusal
from app.factory import Wallet
from app.webhooks.operations import CallbackDependencies
from app.webhooks.operations.hear_callback import hear_callback
from app.webhooks.rules import CALLBACK_TOLERANCE, CallbackSource
from tests.client import Client
from tests.conftest import Clock
from tests.factories.webhooks import CALLBACK_SECRETS, Caller, sign
from tests.webhooks.conftest import ON_SQLITE

pytestmark = ON_SQLITE
BODY = b'{"type": "charge.captured", "data": {}}'


FORGERIES: list[Mapping[str, str]] = [
    {"webhook-signature": ""},
    {"webhook-signature": "v1,"},
    {"webhook-signature": "v1,AAAA"},
    {"webhook-signature": "v1,咖啡"},
    {"webhook-signature": sign("bank", "msg_1", machine_now(), BODY)},
    {"webhook-id": ""},
    {"webhook-id": "msg_2"},
    {"webhook-id": "msg.1"},
    {"webhook-id": "x" * 129},
    {"webhook-timestamp": ""},
    {"webhook-timestamp": "0"},
    {"webhook-timestamp": "-1"},
    {"webhook-timestamp": "soon"},
    {"webhook-timestamp": "1e9"},
    {"webhook-timestamp": "١٢٣"},
    {"webhook-timestamp": "9" * 30},
]


def test_what_is_forged_or_unsigned_is_refused_and_heard_by_nobody(
    gateway: Caller, client: Client, clock: Clock
) -> None:
    for headers in FORGERIES:
        encoded = {name: it.encode().decode("latin-1") for name, it in headers.items()}
        answer = gateway.send(BODY, webhook_id="msg_1", headers=encoded)
        assert (answer.status, answer.code) == (401, "signature_invalid"), headers
        assert answer.headers["Content-Type"] == "application/problem+json"
    for source in CALLBACK_SECRETS:
        bare = client.post(f"/callbacks/{source}", {"type": "charge.captured", "data": {}})
        assert (bare.status, bare.code) == (401, "signature_invalid")


def test_nothing_is_said_of_the_body_before_the_signature_is_right(
    gateway: Caller, clock: Clock
) -> None:
    forged = {"webhook-signature": "v1,AAAA", "Content-Type": "text/plain"}
    for body in (b"", b"{", b"[]", b"NaN", b"\xff\xfe", b'{"type": 5}'):
        answer = gateway.send(body, headers=forged)
        assert (answer.status, answer.code) == (401, "signature_invalid")


def test_the_signature_is_over_the_body_as_it_came(gateway: Caller, clock: Clock) -> None:
    at = clock.now()
    signature = sign("gateway", "msg_1", at, BODY)
    spaced = BODY.replace(b": ", b":  ")
    for changed in (spaced, BODY + b" ", BODY[:-1]):
        answer = gateway.send(
            changed, webhook_id="msg_1", at=at, headers={"webhook-signature": signature}
        )
        assert answer.code == "signature_invalid"
    assert gateway.send(spaced, at=at).code == "validation_failed"


def test_one_of_several_signatures_is_enough(gateway: Caller, clock: Clock) -> None:
    at = clock.now()
    right = sign("gateway", "msg_1", at, BODY)
    for header in (f"v1,AAAA {right}", f"v2,x {right} v1,B", f"v1a,{right[3:]} {right}"):
        answer = gateway.send(
            BODY, webhook_id="msg_1", at=at, headers={"webhook-signature": header}
        )
        assert answer.code == "validation_failed"
    for header in (f"v1,AAAA{right}", f"v2,{right[3:]}", right[3:], right.replace(",", ";")):
        answer = gateway.send(
            BODY, webhook_id="msg_1", at=at, headers={"webhook-signature": header}
        )
        assert answer.code == "signature_invalid"


def test_five_minutes_of_the_wallets_clock_are_tolerated_either_way(
    gateway: Caller, clock: Clock
) -> None:
    clock.jump_to(clock.now() + timedelta(days=40))
    almost, beyond = CALLBACK_TOLERANCE - timedelta(seconds=5), timedelta(minutes=5, seconds=5)
    for age in (almost, -almost):
        assert gateway.send(BODY, at=clock.now() - age).code == "validation_failed"
    for age in (beyond, -beyond):
        answer = gateway.send(BODY, at=clock.now() - age)
        assert (answer.status, answer.code) == (401, "signature_invalid")
    assert gateway.send(BODY, at=machine_now()).code == "signature_invalid"


def test_without_a_shared_secret_nothing_is_heard(wallet: Wallet, clock: Clock) -> None:
    at = clock.now()
    headers = {
        "Webhook-Id": "msg_1",
        "Webhook-Timestamp": str(int(at.timestamp())),
        "Webhook-Signature": sign("gateway", "msg_1", at, BODY),
    }
    deps = CallbackDependencies(
        wallet.database, {CallbackSource.GATEWAY: None}, {CallbackSource.GATEWAY: lambda _: True}
    )
    with pytest.raises(Refusal) as refused:
        hear_callback(deps, CallbackSource.GATEWAY, headers, BODY)
    assert refused.value.code == "signature_invalid"


MISUNDERSTOOD = [
    (b"", (400, "malformed_json")),
    (b"{", (400, "malformed_json")),
    (b"[]", (422, "validation_failed")),
    (b'{"type": "charge.captured"}', (422, "validation_failed")),
    (b'{"type": 5, "data": {}}', (422, "validation_failed")),
    (b'{"type": "charge.captured", "data": []}', (422, "validation_failed")),
    (b'{"type": "charge.captured", "data": {"reference": "x"}}', (422, "validation_failed")),
    (b'{"type": "charge.captured", "data": {"amount": NaN}}', (422, "validation_failed")),
    (b'{"type": "charge.captured", "data": {"a": 1, "a": 2}}', (422, "validation_failed")),
    (b"x" * 65_537, (413, "body_too_large")),
]


def test_a_genuine_one_that_can_not_be_understood_is_refused_and_may_come_again(
    gateway: Caller, clock: Clock
) -> None:
    for body, expected in MISUNDERSTOOD * 2:
        answer = gateway.send(body, webhook_id="msg_1")
        assert (answer.status, answer.code) == expected


def test_callers_need_no_login_and_no_origin(gateway: Caller) -> None:
    for headers in ({"Origin": "https://gateway.example"}, {"Authorization": "Bearer at_x"}):
        assert gateway.call("x", {}, headers=headers).status == 200
