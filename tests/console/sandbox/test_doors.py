"""Who may open the sandbox's pages and send their forms, and that production has none."""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.console.sandbox.opening import PAGES
from app.core.settings import Settings
from app.factory import Wallet, create_wallet
from tests.conftest import Outside

FOREIGN = {"Origin": "https://evil.example"}
POSTS = ("/clock", "/faults", "/faults/delete", "/users", "/agents", "/inbox/empty", "/reset")


@pytest.fixture
def browser(wallet: Wallet) -> FlaskClient:
    return wallet.app.test_client()


def test_a_page_of_another_site_or_name_is_refused(browser: FlaskClient) -> None:
    for changes in ({"headers": FOREIGN}, {"base_url": "http://evil.example"}):
        asked: dict[str, Any] = {**changes}
        answers = [browser.get("/sandbox/", **asked)]
        answers += [browser.post(f"/sandbox{path}", data={}, **asked) for path in POSTS]
        for answer in answers:
            assert (answer.status_code, "origin_not_allowed" in answer.text) == (403, True)


def test_every_page_takes_local_callers_only(browser: FlaskClient) -> None:
    specs = [spec for pages in PAGES for spec in pages.specs]
    assert len(specs) >= 10
    for spec in specs:
        path = re.sub(r"<[^>]*>", "x_1", f"/sandbox{spec.path}")
        for strange in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}):
            answer = browser.open(path, method=spec.method, headers=strange)
            assert (answer.status_code, "origin_not_allowed" in answer.text) == (403, True), spec


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_of_another_page_does_nothing(browser: FlaskClient, site: str) -> None:
    for path in POSTS:
        answer = browser.post(f"/sandbox{path}", data={}, headers={"Sec-Fetch-Site": site})
        assert (answer.status_code, "form_not_ours" in answer.text) == (403, True), path


def test_the_page_is_whole_without_a_world_and_loads_nothing_inline(browser: FlaskClient) -> None:
    page = browser.get("/sandbox/", headers={"Accept-Language": "en"})
    assert (page.status_code, "No simulated world" in page.text) == (200, True)
    assert page.headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert not re.search(r"<script>|<style|\sstyle=|\son\w+=|javascript:|https?://", page.text)


def test_forms_work_without_scripts(browser: FlaskClient) -> None:
    made = browser.post("/sandbox/users", data={"locale": "en"})
    assert (made.status_code, "usr_" in made.text) == (200, True)
    moved = browser.post("/sandbox/clock", data={"seconds": "60", "count": "2"})
    assert (moved.status_code, "<html" in moved.text) == (200, True)
    for form in ({"seconds": "-1"}, {"seconds": "1e9"}, {"seconds": "9" * 30}, {}):
        assert browser.post("/sandbox/clock", data=form).status_code == 422, form
    spoken = browser.post("/sandbox/language", data={"locale": "en"})
    assert (spoken.status_code, spoken.headers["Location"]) == (303, "/sandbox/")


def test_production_has_no_such_page(wallet: Wallet, outside: Outside) -> None:
    settings: Settings = replace(wallet.settings, environment="production")
    production = create_wallet(settings, edges=outside.edges())
    assert production.app.test_client().get("/sandbox/").status_code == 404
    production.close()


PROGRAM = """
import sys
from dataclasses import replace
from pathlib import Path
from app.factory import create_wallet
from tests.conftest import test_settings
settings = test_settings("sqlite:///" + sys.argv[1] + "/empty.sqlite", Path(sys.argv[1]))
create_wallet(replace(settings, environment="production")).close()
print([name for name in sys.modules if name.startswith(("app.sandbox", "app.console.sandbox"))])
"""


def test_production_never_loads_what_moves_time_or_empties_the_books(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
