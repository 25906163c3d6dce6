"""What an error that nobody foresaw tells whoever is outside: that there was one."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from app.factory import Wallet
from tests.client import Client

SECRET = "correct-horse-battery"


def statement(wallet: Wallet) -> None:
    with wallet.database.transaction() as tx:
        tx.execute(sa.text("INSERT INTO users (id) VALUES (:phone)"), {"phone": SECRET})


def plain(_: Wallet) -> None:
    raise RuntimeError(f"{SECRET} in {__file__}")


@pytest.mark.parametrize("fault", [plain, statement])
def test_an_error_that_nobody_foresaw_is_answered_without_a_word_about_it(
    wallet: Wallet,
    client: Client,
    fault: Callable[[Wallet], None],
    capfd: pytest.CaptureFixture[str],
) -> None:
    def view() -> str:
        fault(wallet)
        return ""

    wallet.app.add_url_rule("/v1/faulty", view_func=view)
    answer = client.get("/v1/faulty")
    assert (answer.status, answer.code) == (500, "internal_error")
    assert answer.headers["Content-Type"] == "application/problem+json"
    told = answer.raw.decode() + str(answer.headers)
    for word in (SECRET, "Traceback", "RuntimeError", "sqlalchemy", "INSERT", ".py"):
        assert word not in told
    assert client.get("/healthz").status == 200, "and the process lives"
    logged = capfd.readouterr().err
    assert answer["request_id"] in logged
    assert fault is plain or SECRET not in logged, "a statement's values are not logged"
