"""What can be seen of the API from outside: every route guarded, described and documented."""

import re
from pathlib import Path
from typing import Any

from openapi_spec_validator import validate

from app.core.errors import ERRORS
from app.core.http.error_docs import errors_markdown
from app.factory import Wallet
from tests.client import Client

ROOT = Path(__file__).parents[2]
# Open to everybody by the contract; every other call under /v1 wants a login.
OPEN = {
    ("post", "/v1/auth/verifications"),
    ("post", "/v1/auth/verifications/{verification_id}/resend"),
    ("post", "/v1/auth/verifications/{verification_id}/confirm"),
    ("post", "/v1/auth/register"),
    ("post", "/v1/auth/login"),
    ("post", "/v1/auth/refresh"),
    ("post", "/v1/auth/password-resets"),
    ("post", "/v1/auth/password-checks"),
    ("get", "/v1/system-status"),
    ("get", "/v1/app-version"),
    ("get", "/v1/support/channels"),
    ("get", "/v1/support/faqs"),
    ("get", "/v1/support/faqs/{faq_id}"),
    ("post", "/v1/support/faqs/{faq_id}/feedback"),
    ("get", "/v1/support/faq-suggestions"),
}
METHODS = ("get", "post", "put", "patch", "delete")


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, item[method])
        for path, item in document["paths"].items()
        for method in METHODS
        if method in item
    ]


def test_the_description_is_valid_openapi(client: Client) -> None:
    document = client.get("/openapi.json").body
    assert document["openapi"] == "3.1.0"
    validate(document)


def test_every_operation_has_a_summary_and_a_name_of_its_own(client: Client) -> None:
    found = operations(client.get("/openapi.json").body)
    names = [operation["operationId"] for _, _, operation in found]
    assert len(names) == len(set(names))
    assert [path for _, path, operation in found if not operation.get("summary")] == []


def test_exactly_the_calls_of_the_contract_are_open_to_anybody(client: Client) -> None:
    found = operations(client.get("/openapi.json").body)
    open_ones = {(m, p) for m, p, it in found if p.startswith("/v1") and not it["security"]}
    assert open_ones == OPEN


def test_every_error_code_is_in_the_docs_and_every_one_of_the_docs_in_the_code(
    wallet: Wallet,
) -> None:
    assert (ROOT / "docs/errors.md").read_text() == errors_markdown()


def test_every_error_says_what_to_do_in_both_languages() -> None:
    for error in ERRORS.values():
        for text in (error.title, error.detail):
            assert re.search(r"[\u4e00-\u9fff]", text.zh), error.code
            assert re.search(r"[A-Za-z]", text.en), error.code
            assert not re.search(r"[\u4e00-\u9fff]", text.en), error.code


def test_the_docs_work_offline(client: Client) -> None:
    page = client.get("/docs").raw.decode()
    assets = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert all(it.startswith(("/docs/assets/", "data:")) for it in assets)
    for asset in assets:
        if asset.startswith("/"):
            assert client.get(asset).status == 200
