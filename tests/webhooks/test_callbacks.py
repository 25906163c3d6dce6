"""Callbacks of the gateway and the bank: genuine ones have their effect once, whatever else settles meanwhile."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app.auth.hashing import PasswordHasher
from app.core.clock import machine_now
from app.core.errors import BUSY, Refusal
from app.factory import Wallet, create_wallet
from app.ledger.invariants import check_ledger
from app.payments.operations.inquire_attempt import inquire_attempt
from app.webhooks.models import HeardCallback
from app.webhooks.operations import CallbackDependencies
from app.webhooks.operations.hear_callback import hear_callback
from app.webhooks.rules import CALLBACK_TOLERANCE, CallbackSource, CallbackStatus
from tests.client import Answer, Client
from tests.conftest import Clock, Outside, test_settings
from tests.databases import Databases, Kind
from tests.factories.banking import new_card_body
from tests.factories.people import PIN, Person, create_person
from tests.factories.webhooks import CALLBACK_SECRETS, Caller, sign
from tests.fakes import Lost, Unanswered

Data = dict[str, Any]
BODY = b'{"type": "charge.captured", "data": {}}'


@pytest.fixture
def wallet(
    kind: Kind, databases: Databases, outside: Outside, hasher: PasswordHasher, tmp_path: Path
) -> Iterator[Wallet]:
    """A wallet that shares secrets with the gateway and the bank."""
    with databases.fresh(kind) as url:
        secrets = {f"{source}_callback_secret": it for source, it in CALLBACK_SECRETS.items()}
        settings = test_settings(url, tmp_path, **secrets)
        wired = create_wallet(settings, edges=outside.edges(), hasher=hasher)
        yield wired
        wired.close()


@pytest.fixture
def gateway(wallet: Wallet, clock: Clock) -> Caller:
    return Caller(wallet.app.test_client(), "gateway", clock.now)


@pytest.fixture
def bank(wallet: Wallet, clock: Clock) -> Caller:
    return Caller(wallet.app.test_client(), "bank", clock.now)


def unknown_payment(wallet: Wallet, outside: Outside, step: Lost | Unanswered) -> Person:
    """Somebody whose one payment of 1000 fen has an unknown outcome."""
    outside.gateway.script.append(step)
    person = create_person(wallet)
    assert person.pay(1000).status == 202
    return person


def payment_of(person: Person) -> Any:
    (payment,) = person.client.get("/v1/payments")["data"]
    return payment


def attempt_of(person: Person) -> str:
    return str(payment_of(person)["attempts"][0]["id"])


def charge(reference: str, status: str = "captured", **changes: object) -> Data:
    """What the gateway shows of a charge of 1000 fen."""
    shown = {"id": "ch_1", "reference": reference, "amount": 1000, "currency": "CNY"}
    return shown | {"status": status, "decline_code": None} | changes


def assert_paid_once(wallet: Wallet, person: Person) -> None:
    assert payment_of(person)["status"] == "succeeded"
    assert (person.money.total, person.money.held) == (99_000, 0)
    assert len(person.client.get("/v1/wallet/entries")["data"]) == 2  # the funding and the payment
    assert_books_in_order(wallet)


def assert_still_unknown(person: Person) -> None:
    assert payment_of(person)["status"] == "processing"
    assert (person.money.total, person.money.held) == (100_000, 1000)


def assert_books_in_order(wallet: Wallet) -> None:
    with wallet.database.snapshot() as tx:
        assert [check for check in check_ledger(tx) if not check.ok] == []


def test_a_callback_settles_an_unknown_payment(
    wallet: Wallet, outside: Outside, gateway: Caller
) -> None:
    person = unknown_payment(wallet, outside, Lost())
    answer = gateway.call("charge.captured", charge(attempt_of(person)))
    assert (answer.status, answer.body) == (200, {"status": "heard"})
    assert_paid_once(wallet, person)


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


def test_a_type_that_we_do_not_know_is_ignored(gateway: Caller, bank: Caller) -> None:
    for caller, kind in ((gateway, "dispute.opened"), (bank, "charge.captured"), (bank, "x")):
        answer = caller.call(kind, {"whatever": True})
        assert (answer.status, answer.body) == (200, {"status": "ignored"})


def test_new_fields_are_no_obstacle(wallet: Wallet, outside: Outside, gateway: Caller) -> None:
    person = unknown_payment(wallet, outside, Lost())
    answer = gateway.call("charge.captured", charge(attempt_of(person), fee=3, extra={"a": 1}))
    assert answer.status == 200
    assert_paid_once(wallet, person)


def test_callers_need_no_login_and_no_origin(gateway: Caller) -> None:
    for headers in ({"Origin": "https://gateway.example"}, {"Authorization": "Bearer at_x"}):
        assert gateway.call("x", {}, headers=headers).status == 200


def test_a_duplicate_has_no_effect(wallet: Wallet, outside: Outside, gateway: Caller) -> None:
    person = unknown_payment(wallet, outside, Lost())
    data = charge(attempt_of(person))
    said = [gateway.call("charge.captured", data, webhook_id="msg_1")["status"] for _ in range(3)]
    assert said == ["heard", "duplicate", "duplicate"]
    assert_paid_once(wallet, person)


def test_the_same_outcome_under_another_id_has_no_effect_either(
    wallet: Wallet, outside: Outside, gateway: Caller
) -> None:
    person = unknown_payment(wallet, outside, Lost())
    data = charge(attempt_of(person))
    assert [gateway.call("charge.captured", data)["status"] for _ in range(2)] == ["heard"] * 2
    assert_paid_once(wallet, person)


def test_the_gateways_ids_are_not_the_banks(gateway: Caller, bank: Caller) -> None:
    said = [
        gateway.call("charge.captured", charge("att_none"), webhook_id="msg_1"),
        bank.call("payout.paid", charge("att_none", "paid"), webhook_id="msg_1"),
    ]
    assert [it["status"] for it in said] == ["heard", "heard"]


def test_a_callback_that_fails_in_the_middle_is_not_swallowed(wallet: Wallet, clock: Clock) -> None:
    heard: list[object] = []

    def hear(data: Mapping[str, object]) -> bool:
        heard.append(data)
        if len(heard) == 1:
            raise BUSY()
        return True

    deps = CallbackDependencies(
        wallet.database,
        {CallbackSource.BANK: CALLBACK_SECRETS["bank"]},
        {CallbackSource.BANK: hear},
    )
    at, body = clock.now(), b'{"type": "payout.paid", "data": {}}'
    headers = {
        "Webhook-Id": "msg_1",
        "Webhook-Timestamp": str(int(at.timestamp())),
        "Webhook-Signature": sign("bank", "msg_1", at, body),
    }
    with pytest.raises(Refusal):
        hear_callback(deps, CallbackSource.BANK, headers, body)
    said = [hear_callback(deps, CallbackSource.BANK, headers, body) for _ in range(2)]
    assert said == [CallbackStatus.HEARD, CallbackStatus.DUPLICATE]
    assert len(heard) == 2


def test_a_decline_after_the_money_was_taken_changes_nothing(
    wallet: Wallet, outside: Outside, gateway: Caller
) -> None:
    person = unknown_payment(wallet, outside, Lost())
    reference = attempt_of(person)
    gateway.call("charge.captured", charge(reference))
    late = gateway.call("charge.declined", charge(reference, "declined", decline_code="risk"))
    assert late["status"] == "heard"
    assert_paid_once(wallet, person)


def test_a_decline_releases_the_hold(wallet: Wallet, outside: Outside, gateway: Caller) -> None:
    person = unknown_payment(wallet, outside, Unanswered())
    reference = attempt_of(person)
    gateway.call("charge.declined", charge(reference, "declined", decline_code="risk"))
    assert payment_of(person)["status"] == "failed"
    assert (person.money.total, person.money.held) == (100_000, 0)
    assert_books_in_order(wallet)


@pytest.mark.parametrize(
    "change",
    [{"amount": 999}, {"amount": 100_000}, {"currency": "USD"}, {"reference": "att_other"}],
)
def test_a_notice_of_another_amount_currency_or_charge_settles_nothing(
    wallet: Wallet, outside: Outside, gateway: Caller, change: Data
) -> None:
    person = unknown_payment(wallet, outside, Lost())
    answer = gateway.call("charge.captured", charge(attempt_of(person)) | change)
    assert answer.status == 200
    assert_still_unknown(person)


def test_the_bank_can_not_speak_for_the_gateway(
    wallet: Wallet, outside: Outside, bank: Caller
) -> None:
    person = unknown_payment(wallet, outside, Lost())
    bank.call("payout.paid", charge(attempt_of(person), "paid"))
    assert_still_unknown(person)


def test_a_payout_is_settled_by_the_bank(wallet: Wallet, outside: Outside, bank: Caller) -> None:
    person = create_person(wallet, card=True)
    outside.bank.script.append(Lost())
    body = {
        "bank_card_id": person.card_id,
        "amount": 1000,
        "currency": "CNY",
        "transaction_password": PIN,
    }
    withdrawal = person.client.post("/v1/withdrawals", body)
    assert withdrawal.status == 202
    reference = withdrawal["attempts"][0]["id"]
    assert bank.call("payout.paid", charge(reference, "paid"))["status"] == "heard"
    assert person.client.get(f"/v1/withdrawals/{withdrawal['id']}")["status"] == "succeeded"
    assert (person.money.total, person.money.held) == (99_000, 0)
    assert_books_in_order(wallet)


def test_a_deposit_is_settled_by_the_bank_for_the_amount_that_was_sent(
    wallet: Wallet, outside: Outside, bank: Caller, clock: Clock
) -> None:
    person = create_person(wallet)
    outside.bank.script.extend([None, Lost()])  # the token, then the deposit
    card = person.client.post("/v1/bank-cards", new_card_body())
    clock.run_due()

    def status() -> str:
        shown = person.client.get(f"/v1/bank-cards/{card['id']}")
        return str(shown["verification"]["deposit_status"])

    assert status() == "pending"
    (deposit,) = outside.bank.deposits
    wrong = {"amount": deposit.amount_minor + 1}
    shown = charge(deposit.reference, "posted", amount=deposit.amount_minor)
    for change, expected in ((wrong, "pending"), ({}, "sent"), ({}, "sent")):
        assert bank.call("deposit.posted", shown | change)["status"] == "heard"
        assert status() == expected
    assert_books_in_order(wallet)


def at_once(*calls: Callable[[], object]) -> list[Any]:
    with ThreadPoolExecutor(len(calls)) as pool:
        return [it.result() for it in [pool.submit(call) for call in calls]]


def test_a_callback_and_its_duplicate_at_once_settle_once(
    wallet: Wallet, outside: Outside, clock: Clock
) -> None:
    person = unknown_payment(wallet, outside, Lost())
    data = charge(attempt_of(person))

    def call() -> Answer:
        caller = Caller(wallet.app.test_client(), "gateway", clock.now)
        return caller.call("charge.captured", data, webhook_id="msg_1")

    answers = at_once(*[call] * 8)
    assert {it.status for it in answers} == {200}
    assert sorted(it["status"] for it in answers) == ["duplicate"] * 7 + ["heard"]
    assert_paid_once(wallet, person)


def test_a_callback_and_an_inquiry_that_race_settle_once(
    wallet: Wallet, outside: Outside, clock: Clock
) -> None:
    caller = Caller(wallet.app.test_client(), "gateway", clock.now)
    for _ in range(5):
        person = unknown_payment(wallet, outside, Lost())
        reference = attempt_of(person)
        data = charge(reference, id=outside.gateway.ids[reference])
        call_back = partial(caller.call, "charge.captured", data)
        inquire = partial(inquire_attempt, wallet.payments, reference)
        at_once(call_back, inquire, inquire)
        assert_paid_once(wallet, person)


def test_a_callback_that_races_with_the_calls_own_answer_settles_once(
    wallet: Wallet, outside: Outside, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = create_person(wallet)
    caller = Caller(wallet.app.test_client(), "gateway", clock.now)
    answered = outside.gateway.charge

    def call_back_first(request: Any) -> Any:
        answer = answered(request)
        data = charge(request.reference, id=answer.external_id)
        assert caller.call("charge.captured", data)["status"] == "heard"
        return answer

    monkeypatch.setattr(outside.gateway, "charge", call_back_first)
    paid = person.pay(1000)
    assert (paid.status, paid["status"]) == (201, "succeeded")
    assert_paid_once(wallet, person)


def test_ids_are_forgotten_after_a_day(wallet: Wallet, gateway: Caller, clock: Clock) -> None:
    def kept() -> list[str]:
        with wallet.database.snapshot() as tx:
            return sorted(tx.scalars(sa.select(HeardCallback.webhook_id)))

    gateway.call("charge.captured", charge("att_none"), webhook_id="msg_1")
    clock.advance(hours=36)
    gateway.call("charge.captured", charge("att_none"), webhook_id="msg_2")
    assert kept() == ["msg_1", "msg_2"]
    clock.advance(hours=13)
    assert kept() == ["msg_2"]
    clock.advance(days=2)
    assert kept() == []
    with wallet.database.snapshot() as tx:
        assert tx.scalar(sa.text("SELECT count(*) FROM jobs")) == 0
