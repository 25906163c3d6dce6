"""The frame answers in its own shape before any domain is asked."""

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


def test_a_fresh_database_is_seeded_and_its_books_are_in_order(wallet: Wallet) -> None:
    with wallet.database.snapshot() as tx:
        assert all(check.ok for check in check_ledger(tx))
