"""What every page of the console has: who may look, forms that are ours, headers, cookies."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.auth.rules import Role
from app.console.opening import PAGES
from app.factory import Wallet
from tests.console.signing_in import one_time_code
from tests.factories.staff import Colleague, create_agent


@pytest.fixture
def agent(wallet: Wallet) -> Colleague:
    return create_agent(wallet, Role.SUPERVISOR)


@pytest.fixture
def browser(wallet: Wallet) -> FlaskClient:
    return wallet.app.test_client()


def sign_in(browser: FlaskClient, wallet: Wallet, agent: Colleague, **changes: str) -> Any:
    form = {
        "email": agent.email,
        "password": agent.password,
        "totp": one_time_code(wallet, agent),
    }
    return browser.post("/console/sign-in", data=form | changes)


def csrf_of(browser: FlaskClient) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', browser.get("/console/audit").text)
    assert found is not None
    return found.group(1)


def test_the_cookie_is_for_this_site_and_no_script(
    browser: FlaskClient, wallet: Wallet, agent: Colleague
) -> None:
    answer = sign_in(browser, wallet, agent)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/console/")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Path=/console" in cookie


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example", "//evil.example", "/\\evil.example", "evil", "/a\r\nSet-Cookie: x=1"],
)
def test_signing_in_leads_nowhere_else(
    browser: FlaskClient, wallet: Wallet, agent: Colleague, wanted: str
) -> None:
    assert sign_in(browser, wallet, agent, next=wanted).headers["Location"] == "/console/"


def test_a_page_without_a_session_leads_to_the_sign_in_and_back(browser: FlaskClient) -> None:
    answer = browser.get("/console/audit?actor=agt_1")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/console/sign-in?next=%2Faudit%3Factor%3Dagt_1"


def test_htmx_is_told_to_go_there_whole(browser: FlaskClient) -> None:
    answer = browser.get("/console/audit", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/console/sign-in")


def test_a_form_without_its_mark_changes_nothing(
    browser: FlaskClient, wallet: Wallet, agent: Colleague
) -> None:
    sign_in(browser, wallet, agent)
    for form in ({}, {"csrf": ""}, {"csrf": "0" * 64}, {"csrf": "é"}):
        answer = browser.post("/console/sign-out", data=form)
        assert (answer.status_code, "form_not_ours" in answer.text) == (403, True)
    assert browser.get("/console/audit").status_code == 200


def test_the_mark_of_another_session_is_none(
    browser: FlaskClient, wallet: Wallet, agent: Colleague
) -> None:
    colleague = create_agent(wallet, Role.SUPERVISOR)
    theirs = wallet.app.test_client()
    sign_in(theirs, wallet, colleague)
    sign_in(browser, wallet, agent)
    assert browser.post("/console/sign-out", data={"csrf": csrf_of(theirs)}).status_code == 403
    assert browser.post("/console/sign-out", data={"csrf": csrf_of(browser)}).status_code == 303


def test_another_site_sends_no_form(browser: FlaskClient, wallet: Wallet, agent: Colleague) -> None:
    sign_in(browser, wallet, agent)
    form = {"csrf": csrf_of(browser)}
    for site in ("cross-site", "same-site"):
        answer = browser.post("/console/sign-out", data=form, headers={"Sec-Fetch-Site": site})
        assert answer.status_code == 403


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://evil.example", 403),
        ("http://[", 403),
        ("http://localhost", 303),
        ("null", 303),
        (None, 303),
    ],
)
def test_no_other_site_signs_anybody_in(
    browser: FlaskClient, wallet: Wallet, agent: Colleague, origin: str | None, status: int
) -> None:
    form = {"email": agent.email, "password": agent.password, "totp": one_time_code(wallet, agent)}
    headers = {} if origin is None else {"Origin": origin}
    assert browser.post("/console/sign-in", data=form, headers=headers).status_code == status


def test_signing_out_ends_the_session_itself(
    browser: FlaskClient, wallet: Wallet, agent: Colleague
) -> None:
    sign_in(browser, wallet, agent)
    kept = browser.get_cookie("console_session", path="/console")
    assert kept is not None
    browser.post("/console/sign-out", data={"csrf": csrf_of(browser)})
    assert browser.get_cookie("console_session", path="/console") is None
    browser.set_cookie("console_session", kept.value, path="/console")
    assert browser.get("/console/audit").status_code == 303


def test_a_page_above_the_role_says_so(browser: FlaskClient, wallet: Wallet) -> None:
    sign_in(browser, wallet, create_agent(wallet, Role.AGENT))
    answer = browser.get("/console/audit")
    assert (answer.status_code, 'data-code="forbidden"' in answer.text) == (403, True)


def test_pages_load_nothing_inline_and_nothing_from_elsewhere(
    browser: FlaskClient, wallet: Wallet, agent: Colleague
) -> None:
    sign_in(browser, wallet, agent)
    page = browser.get("/console/audit")
    policy = page.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert page.headers["Cache-Control"] == "no-store"
    assert not re.search(r"<script>|<style|\sstyle=|\son\w+=|javascript:|https?://", page.text)


def test_assets_are_there_and_may_be_kept(browser: FlaskClient) -> None:
    for name in ("vendor/htmx.min.js", "vendor/pico.min.css", "console.css", "console.js"):
        with browser.get(f"/console/assets/{name}") as answer:
            assert (answer.status_code, "max-age" in answer.headers["Cache-Control"]) == (200, True)
    assert browser.get("/console/assets/../views/sign_in.py").status_code == 404


def test_a_broken_form_is_refused_and_never_a_500(browser: FlaskClient) -> None:
    for raw in (
        b"\xff\xfe",
        b"a=%ff",
        b"a=%00",
        b"&".join(b"a=1" for _ in range(300)),
        b"x" * 70_000,
    ):
        answer = browser.post(
            "/console/sign-in", data=raw, content_type="application/x-www-form-urlencoded"
        )
        assert answer.status_code in (400, 401, 413), raw[:20]


def test_a_session_ends_after_a_quarter_of_an_hour_without_a_page(
    browser: FlaskClient, wallet: Wallet, agent: Colleague, clock: Any
) -> None:
    sign_in(browser, wallet, agent)
    clock.advance(minutes=16)
    assert browser.get("/console/audit").status_code == 303


def test_what_a_page_asks_by_itself_keeps_no_session_alive(
    browser: FlaskClient, wallet: Wallet, agent: Colleague, clock: Any
) -> None:
    sign_in(browser, wallet, agent)
    for minutes, status in ((10, 200), (6, 303)):
        clock.advance(minutes=minutes)
        asked = browser.get("/console/queue", headers={"X-Unattended": "1"})
        assert asked.status_code == status, minutes


def test_the_news_are_one_stream_that_says_where_it_is(
    browser: FlaskClient, wallet: Wallet, agent: Colleague
) -> None:
    sign_in(browser, wallet, agent)
    with browser.get("/console/events") as answer:
        assert answer.mimetype == "text/event-stream"
        pieces = iter(answer.response)
        assert b"retry" in next(pieces)
        first = next(pieces)
        assert b"event: news\n" in first
        assert b'"type":"ready"' in first.replace(b" ", b"")


def test_every_page_wants_a_session_and_every_form_its_mark(
    browser: FlaskClient, wallet: Wallet, agent: Colleague
) -> None:
    specs = [spec for pages in PAGES for spec in pages.specs if spec.role is not None]
    assert len(specs) >= 5
    for spec in specs:
        path = re.sub(r"<[^>]*>", "x_1", f"/console{spec.path}")
        answer = browser.open(path, method=spec.method)
        assert answer.status_code == 303, spec
        assert answer.headers["Location"].startswith("/console/sign-in"), spec
    sign_in(browser, wallet, create_agent(wallet, Role.ADMIN))
    for spec in specs:
        if spec.method == "POST":
            path = re.sub(r"<[^>]*>", "x_1", f"/console{spec.path}")
            answer = browser.post(path, data={"csrf": "0" * 64})
            assert (answer.status_code, "form_not_ours" in answer.text) == (403, True), spec


def test_every_page_has_a_least_role_that_is_held(browser: FlaskClient, wallet: Wallet) -> None:
    sign_in(browser, wallet, create_agent(wallet, Role.AGENT))
    for spec in (spec for pages in PAGES for spec in pages.specs):
        if spec.role in (Role.SUPERVISOR, Role.ADMIN):
            path = re.sub(r"<[^>]*>", "x_1", f"/console{spec.path}")
            assert browser.open(path, method=spec.method).status_code == 403, spec
