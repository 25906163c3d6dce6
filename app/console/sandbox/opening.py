"""Serves the sandbox's pages, for the factory."""

from typing import Final

from app.console.pages import Pages
from app.console.sandbox import people, views
from app.console.sandbox.web import SandboxWeb
from app.sandbox.operations import SandboxDependencies

PAGES: Final[tuple[Pages, ...]] = (views.pages, people.pages)


def serve_sandbox(web: SandboxWeb, deps: SandboxDependencies) -> None:
    """Bind every page below `/sandbox`."""
    web.serve(PAGES, deps)
