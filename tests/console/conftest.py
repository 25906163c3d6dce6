"""A real browser before a real server: the console is looked at as its users do.

Where no Chromium is found these tests don't run, and the summary of the run says so.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from app.auth.rules import Role
from app.factory import Wallet
from tests.console.chromium import find_chromium
from tests.console.signing_in import one_time_code
from tests.factories.staff import Colleague, create_agent


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@contextmanager
def serving(wallet: Wallet) -> Iterator[str]:
    """The wallet behind a threaded server of this process; its address."""
    server = make_server("127.0.0.1", 0, wallet.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(timeout=5)
        server.server_close()


@pytest.fixture
def site(wallet: Wallet) -> Iterator[str]:
    with serving(wallet) as url:
        yield url


@dataclass
class Desk:
    """An agent's browser, signed in; `page` is the tab. `problems` are what its console printed as errors."""

    agent: Colleague
    page: Page
    site: str
    problems: list[str]
    refusals: int = 0

    def open(self, path: str) -> None:
        self.page.goto(f"{self.site}/console{path}")

    def see_refused(self, code: str) -> None:
        """The page tells of a refusal that the test has provoked; browser and htmx complain of it once each."""
        self.page.locator(f"[data-code={code}]").wait_for()
        self.refusals += 1

    def check(self) -> None:
        """Nothing was wrong with the pages but what the test has provoked."""
        refused = [it for it in self.problems if "status of 4" in it or "Error Code 4" in it]
        assert len(refused) <= 2 * self.refusals, refused
        assert [it for it in self.problems if it not in refused] == []

    def picture(self, folder: Path, name: str) -> Path:
        target = folder / f"{name}.png"
        self.page.screenshot(path=str(target), full_page=True)
        return target


@pytest.fixture
def desk(wallet: Wallet, chromium: Browser, site: str) -> Iterator[Desk]:
    """A supervisor in English."""
    with a_desk(wallet, chromium, site, Role.SUPERVISOR, "en-GB") as opened:
        yield opened
        opened.check()


@contextmanager
def a_desk(wallet: Wallet, chromium: Browser, site: str, role: Role, locale: str) -> Iterator[Desk]:
    """A browser of its own, in which an agent of that role has signed in through the form."""
    context = chromium.new_context(locale=locale, viewport={"width": 1360, "height": 850})
    context.set_default_timeout(15_000)
    page, agent = context.new_page(), create_agent(wallet, role)
    problems: list[str] = []
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(f"{site}/console/sign-in")
    page.fill("input[name=email]", agent.email)
    page.fill("input[name=password]", agent.password)
    page.fill("input[name=totp]", one_time_code(wallet, agent))
    page.click("button:not(.plain)")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    yield Desk(agent, page, site, problems)
    context.close()
