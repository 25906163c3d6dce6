"""The frame answers in its own shape before any domain is asked."""

import pytest

from app.factory import Wallet
from app.ledger.invariants import check_ledger
from tests.client import Client


def test_an_unknown_address_is_a_problem_document(client: Client) -> None:
    answer = client.get("/v1/nowhere")
    assert (answer.status, answer.code) == (404, "not_found")
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_request_id_is_echoed(client: Client) -> None:
    answer = client.with_headers(X_Request_Id="mine-1").get("/v1/nowhere")
    assert answer.headers["X-Request-Id"] == answer["request_id"] == "mine-1"


@pytest.mark.parametrize(
    "given",
    [
        "6222021234567890123",
        "card-6222-0212-3456-7890-123",
        "622202/123456:7890.123",
        "pay_4000000000000",
        "x" * 129,
        "a\tb",
        "",
    ],
)
def test_a_request_id_that_could_hold_a_card_number_is_replaced(client: Client, given: str) -> None:
    answer = client.with_headers(X_Request_Id=given).get("/v1/nowhere")
    assert answer.headers["X-Request-Id"] == answer["request_id"]
    assert answer["request_id"].startswith("req_")


@pytest.mark.parametrize(
    "given",
    [
        "00000000-1111-4222-8333-444444444444",
        "12345678901234567890123456789012",
        "2026-11-23T08:15:00.123Z-17",
        "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "x" * 128,
    ],
)
def test_request_ids_as_generators_make_them_are_echoed(client: Client, given: str) -> None:
    assert client.with_headers(X_Request_Id=given).get("/v1/nowhere")["request_id"] == given


def test_a_fresh_database_is_seeded_and_its_books_are_in_order(wallet: Wallet) -> None:
    with wallet.database.snapshot() as tx:
        assert all(check.ok for check in check_ledger(tx))
