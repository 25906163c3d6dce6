"""Serves the sandbox's pages, for the factory."""

from collections.abc import Callable
from typing import Final
from zoneinfo import ZoneInfo

from flask import Flask

from app.console.pages import Pages
from app.console.sandbox import people, views
from app.console.sandbox.web import SandboxWeb
from app.sandbox.operations import SandboxDependencies

PAGES: Final[tuple[Pages, ...]] = (views.pages, people.pages)


def serve_sandbox(
    app: Flask,
    is_local: Callable[[str, str | None], bool],
    timezone: ZoneInfo,
    deps: SandboxDependencies,
) -> None:
    """Bind every page below `/sandbox`."""
    SandboxWeb(app, is_local, timezone).serve(PAGES, deps)
