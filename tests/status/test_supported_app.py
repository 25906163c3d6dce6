"""`GET /v1/app-version`, and the gate that sends apps away which are too old for money."""

import pytest
import sqlalchemy as sa

from app.factory import Wallet
from app.payments.models import ClientEvent, Instruction
from app.status.models import PublishedVersion
from app.status.seeding import seed
from tests.client import Client
from tests.factories.people import create_person, payment_body


@pytest.mark.parametrize(
    ("version", "update"),
    [
        ("1.9.9", "required"),
        ("2.0.0", "recommended"),
        ("2.0", "recommended"),
        ("2.3.0", "recommended"),
        ("2.4.0", "none"),
        ("2.10.0", "none"),
    ],
)
def test_an_app_learns_whether_to_update(client: Client, version: str, update: str) -> None:
    answer = client.get("/v1/app-version", platform="ios", version=version)

    assert (answer.status, answer["update"], answer["version"]) == (200, update, version)
    assert (answer["latest"], answer["minimum_supported"]) == ("2.4.0", "2.0.0")
    assert answer["download_url"].startswith("https://")
    assert answer["release_notes"].isascii()


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"platform": "ios"},
        {"version": "2.3.0"},
        {"platform": "symbian", "version": "2.3.0"},
        {"platform": "ios", "version": "two"},
        {"platform": "ios", "version": "2.3.0\n"},
        {"platform": "ios", "version": "２.３"},
        {"platform": "ios", "version": "2.3.0", "build": "7"},
    ],
)
def test_a_question_that_names_no_known_app_is_refused(
    client: Client, query: dict[str, str]
) -> None:
    answer = client.get("/v1/app-version", **query)

    assert (answer.status, answer.code) == (422, "validation_failed")


def test_what_was_published_since_survives_another_seeding(wallet: Wallet, client: Client) -> None:
    with wallet.database.transaction() as tx:
        tx.execute(sa.update(PublishedVersion).values(latest="3.0.0"))
    with wallet.database.transaction() as tx:
        seed(tx)

    assert client.get("/v1/app-version", platform="ios", version="2.9")["latest"] == "3.0.0"


def test_a_money_call_from_too_old_an_app_is_refused_and_kept(wallet: Wallet) -> None:
    person = create_person(wallet)
    old = person.client.with_headers(X_App_Version="ios/1.4.0", X_Network_Type="cellular")

    answer = old.post("/v1/payments", payment_body(4321))

    assert (answer.status, answer.code) == (426, "app_update_required")
    assert answer["minimum_supported"] == "2.0.0"
    with wallet.database.snapshot() as tx:
        assert tx.scalar(sa.select(sa.func.count()).select_from(Instruction)) == 0
        (event,) = tx.scalars(sa.select(ClientEvent)).all()
    assert (event.type, event.user_id) == ("app_update_required", person.user_id)
    assert (event.amount_minor, event.currency) == (4321, "CNY")
    assert (event.merchant_id, event.app_version) == ("mch_star_coffee", "ios/1.4.0")
    assert person.money.available == 100_000


@pytest.mark.parametrize("header", ["ios/2.0.0", "web/0.1", "ios/dev", "nonsense", "android/2.4"])
def test_other_apps_and_headers_that_say_nothing_pass(wallet: Wallet, header: str) -> None:
    person = create_person(wallet)

    client = person.client.with_headers(X_App_Version=header)
    assert client.post("/v1/payments", payment_body(100)).status == 201


def test_the_shape_of_the_body_is_judged_before_the_version(wallet: Wallet) -> None:
    client = create_person(wallet).client.with_headers(X_App_Version="ios/1.4.0")

    assert client.post("/v1/payments", payment_body(1.5)).code == "validation_failed"  # type: ignore[arg-type]
    assert client.post("/v1/payments", payment_body(), key=None).code == "idempotency_key_required"


def test_a_call_that_moves_no_money_is_not_asked_for_its_version(wallet: Wallet) -> None:
    client = create_person(wallet).client.with_headers(X_App_Version="ios/1.4.0")

    assert client.get("/v1/wallet").status == 200
