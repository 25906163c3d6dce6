"""A request with several faults is refused for the first one of the contract, section 2."""

from typing import Any

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from app.factory import Wallet
from tests.client import Client
from tests.factories.people import create_person, payment_body

JSON = {"Content-Type": "application/json"}


def post(client: Client, data: bytes, **headers: str) -> tuple[int, str]:
    sent = client.headers | JSON | headers
    response = client.flask.post("/v1/payments", data=data, headers=sent)
    return response.status_code, response.get_json()["code"]


def test_who_is_not_signed_in_hears_nothing_else(client: Client) -> None:
    assert post(client, b"{") == (401, "access_token_missing")
    assert post(client.as_bearer("at_none"), b"{") == (401, "access_token_invalid")
    assert post(client.with_headers(Authorization="Basic x"), b"") == (401, "access_token_missing")


@pytest.mark.parametrize(
    ("data", "headers", "expected"),
    [
        (b"{", {}, (400, "malformed_json")),
        (b"", {}, (400, "malformed_json")),
        (b"x" * 65_537, {}, (413, "body_too_large")),
        (b"{}", {"Content-Type": "text/plain"}, (415, "unsupported_media_type")),
        (b"{}", {}, (422, "validation_failed")),
        (b"[]", {}, (422, "validation_failed")),
        (b'{"amount": NaN}', {}, (422, "validation_failed")),
    ],
)
def test_the_body_is_judged_before_the_key(
    wallet: Wallet, data: bytes, headers: dict[str, str], expected: tuple[int, str]
) -> None:
    assert post(create_person(wallet).client, data, **headers) == expected


def test_a_body_that_needs_nothing_may_be_left_out(wallet: Wallet) -> None:
    client = create_person(wallet).client
    retried = client.post("/v1/payments/pay_none/retry")
    assert (retried.status, retried.code) == (404, "not_found")


@pytest.mark.parametrize(
    ("key", "code"),
    [
        (None, "idempotency_key_required"),
        ("", "idempotency_key_invalid"),
        ("a b", "idempotency_key_invalid"),
        ("x" * 256, "idempotency_key_invalid"),
    ],
)
def test_a_payment_needs_a_proper_key(wallet: Wallet, key: str | None, code: str) -> None:
    answer = create_person(wallet).client.post("/v1/payments", payment_body(), key=key)
    assert (answer.status, answer.code) == (400, code)


def test_every_wrong_field_is_named_at_once(wallet: Wallet) -> None:
    body: dict[str, Any] = {"amount": "1", "source": {"type": "x"}, "extra": 1}
    answer = create_person(wallet).client.post("/v1/payments", body)
    assert {(it["pointer"], it["code"]) for it in answer["errors"]} == {
        ("/amount", "invalid_type"),
        ("/currency", "required"),
        ("/merchant_id", "required"),
        ("/source/type", "invalid_value"),
        ("/extra", "unknown_field"),
    }


def test_unknown_and_repeated_query_parameters_are_refused(wallet: Wallet) -> None:
    client = create_person(wallet).client
    for query in (
        "stauts=failed",
        "status=failed&status=succeeded",
        "status=%00",
        "limit=0",
        "limit=101",
        "limit=%D9%A3",
        "amount=99999999999999999999",
        "amount=9223372036854775808",
        "amount=1.0",
    ):
        answer = client.get(f"/v1/payments?{query}")
        assert (answer.status, answer.code) == (422, "validation_failed"), query


def test_a_cursor_is_bound_to_its_caller_and_list(wallet: Wallet) -> None:
    payer, other = create_person(wallet), create_person(wallet)
    for _ in range(2):
        payer.pay(10)
        other.pay(10)
    cursor = payer.client.get("/v1/payments", limit=1)["next_cursor"]
    assert payer.client.get("/v1/payments", limit=1, cursor=cursor).status == 200
    stolen = [
        other.client.get("/v1/payments", cursor=cursor),
        payer.client.get("/v1/wallet/entries", cursor=cursor),
        payer.client.get("/v1/payments", cursor=cursor, status="failed"),
        payer.client.get("/v1/payments", cursor=cursor[:-2] + "AA"),
        payer.client.get("/v1/payments", limit=1, cursor=f"{cursor}="),
        payer.client.get("/v1/payments", cursor="💥"),
        payer.client.get("/v1/payments", cursor=""),
    ]
    assert {(it.status, it.code) for it in stolen} == {(422, "cursor_invalid")}


def test_errors_speak_the_language_that_is_asked_for(client: Client) -> None:
    titles = {
        language: client.with_headers(Accept_Language=language).get("/nowhere")["title"]
        for language in ("en", "en-US,en;q=0.9", "en-GB,zh;q=0.5", "zh-CN", "zh", "fr", "")
    }
    assert titles["en"] == titles["en-US,en;q=0.9"] == titles["en-GB,zh;q=0.5"] == "Not found"
    assert titles["zh-CN"] == titles["zh"] == titles["fr"] == titles[""] == "未找到"


def test_an_id_with_nul_is_not_found(wallet: Wallet) -> None:
    client = create_person(wallet).client
    for path in ("/v1/payments/%00", "/v1/transfers/a%00b", "/v1/bank-cards/%00"):
        assert client.get(path).code == "not_found", path


@pytest.mark.parametrize("path", ["//v1/merchants", "///v1/merchants", "/v1//merchants"])
def test_an_address_with_two_slashes_is_no_address(wallet: Wallet, path: str) -> None:
    """As servers hand it over: the test client would read a host name into it."""
    environ = EnvironBuilder(headers=create_person(wallet).client.headers).get_environ()
    statuses = [
        run_wsgi_app(wallet.app, environ | {"PATH_INFO": asked})[1]
        for asked in (path, "/v1/merchants")
    ]
    assert statuses == ["404 NOT FOUND", "200 OK"]
