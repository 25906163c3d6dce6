"""`/internal/v1/app-versions`: what supervisors publish holds for the next money call."""

from typing import Any

import pytest
import sqlalchemy as sa

from app.audit.models import AuditEntry
from app.auth.rules import Role
from app.factory import Wallet
from tests.client import Client
from tests.factories.people import create_person, payment_body
from tests.factories.staff import create_agent

VERSIONS = "/internal/v1/app-versions"


def release(**changes: Any) -> dict[str, Any]:
    """A body that may be published."""
    body = {
        "latest": "3.1.0",
        "minimum_supported": "3.0",
        "download_url": "https://example.com/u-wallet/ios",
        "release_notes": {"zh": "修复若干问题。", "en": "Repairs."},
    }
    return body | changes


@pytest.fixture
def supervisor(wallet: Wallet) -> Client:
    return create_agent(wallet, Role.SUPERVISOR).client


def test_a_published_minimum_stops_money_calls_of_older_apps_at_once(
    wallet: Wallet, client: Client, supervisor: Client
) -> None:
    person = create_person(wallet).client.with_headers(X_App_Version="ios/2.3.0")
    assert person.post("/v1/payments", payment_body()).status == 201

    answer = supervisor.put(f"{VERSIONS}/ios", release())
    assert (answer.status, answer["latest"], answer["platform"]) == (200, "3.1.0", "ios")
    refused = person.post("/v1/payments", payment_body())
    assert (refused.status, refused.code) == (426, "app_update_required")
    assert refused["minimum_supported"] == "3.0"
    asked = client.get("/v1/app-version", platform="ios", version="2.3.0")
    assert (asked["update"], asked["release_notes"]) == ("required", "Repairs.")
    android = person.with_headers(X_App_Version="android/2.3.0")
    assert android.post("/v1/payments", payment_body()).status == 201


def test_what_is_published_is_read_back_with_who_did_it(wallet: Wallet, supervisor: Client) -> None:
    agent = create_agent(wallet)
    assert agent.client.get(f"{VERSIONS}/android")["updated_by"] == "system"
    supervisor.put(f"{VERSIONS}/android", release())

    listed = agent.client.get(VERSIONS)["data"]
    assert [it["platform"] for it in listed] == ["android", "ios"]
    assert listed[0] == agent.client.get(f"{VERSIONS}/android").body
    assert listed[0]["updated_by"].startswith("agt_")
    assert listed[0]["release_notes"] == {"zh": "修复若干问题。", "en": "Repairs."}
    with wallet.database.snapshot() as tx:
        query = sa.select(AuditEntry).where(AuditEntry.action == "publish_app_version")
        (entry,) = tx.scalars(query).all()
    assert (entry.subject, entry.detail["minimum_supported"]) == ("android", "3.0")


def test_only_supervisors_publish_and_only_for_platforms_of_ours(
    wallet: Wallet, supervisor: Client
) -> None:
    agent = create_agent(wallet).client
    assert agent.put(f"{VERSIONS}/ios", release()).code == "forbidden"
    assert supervisor.put(f"{VERSIONS}/windows", release()).status == 404
    assert agent.get(f"{VERSIONS}/windows").status == 404


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"latest": "v3"}, "/latest"),
        ({"minimum_supported": "3.1.1"}, "/minimum_supported"),
        ({"minimum_supported": "٣"}, "/minimum_supported"),
        ({"download_url": "http://example.com/app"}, "/download_url"),
        ({"download_url": "javascript:alert(1)"}, "/download_url"),
        ({"download_url": "https://"}, "/download_url"),
        ({"release_notes": {"zh": "只有中文"}}, "/release_notes/en"),
        ({"release_notes": 3}, "/release_notes"),
        ({"force": True}, "/force"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    supervisor: Client, change: dict[str, Any], pointer: str
) -> None:
    before = supervisor.get(f"{VERSIONS}/ios").body
    answer = supervisor.put(f"{VERSIONS}/ios", release(**change))

    assert (answer.status, answer.code) == (422, "validation_failed")
    assert [it["pointer"] for it in answer["errors"]] == [pointer]
    assert supervisor.get(f"{VERSIONS}/ios").body == before


def test_a_new_minimum_needs_no_new_notes_and_a_plain_text_is_for_both_languages(
    supervisor: Client,
) -> None:
    supervisor.put(f"{VERSIONS}/ios", release())
    only = {"latest": "3.2.0", "minimum_supported": "3.1"}
    answer = supervisor.put(f"{VERSIONS}/ios", only)
    assert answer.body | {"updated_at": 0, "updated_by": 0} == release(**only) | {
        "platform": "ios",
        "updated_at": 0,
        "updated_by": 0,
    }
    plain = supervisor.put(f"{VERSIONS}/ios", only | {"release_notes": "Repairs, 修复"})
    assert plain["release_notes"] == {"zh": "Repairs, 修复", "en": "Repairs, 修复"}
