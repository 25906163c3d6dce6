"""Serves the sandbox's pages on Flask: no login, local callers only, like the doors (contract, section 9).

A form counts only where a page of ours sent it; browsers say so by themselves, and programs have the doors.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, Response, request

from app.console.browser import LOCALE_COOKIE
from app.console.errors import FORM_NOT_OURS
from app.console.pages import GoTo, Pages, PageSpec, Shown, SpeaksLocale, Visit
from app.console.sandbox.words import SANDBOX
from app.console.site import (
    POLICY,
    Site,
    bind_pages,
    first_look,
    is_of_our_site,
    read_posted,
    refusal_page,
)
from app.console.texts import FRAME, ROLES, Texts
from app.core.errors import ORIGIN_NOT_ALLOWED, Refusal

ROOT: Final = "/sandbox"
ASSETS: Final = "/console/assets"
TEXTS: Final = Texts.merged(FRAME, ROLES, SANDBOX)


@dataclass(frozen=True, slots=True)
class SandboxWeb:
    """Serves the pages on one app; `is_local` judges `Host` and `Origin`."""

    app: Flask
    is_local: Callable[[str, str | None], bool]
    timezone: ZoneInfo

    def serve(self, every: Iterable[Pages], deps: object) -> None:
        """Bind the pages below `/sandbox`; templates and assets are the console's."""
        blueprint = Blueprint("sandbox_console", __name__, url_prefix=ROOT)
        bind_pages(blueprint, every, lambda spec, path: self._serve(spec, deps, path))
        blueprint.after_request(_set_headers)
        self.app.register_blueprint(blueprint)

    def _serve(self, spec: PageSpec, deps: object, path: dict[str, str]) -> Response:
        visit = first_look(request)
        try:
            visit = self._let_in(spec, visit)
            return self._answer(spec.view(deps, visit, **path), visit)
        except Refusal as refusal:
            return self._render(refusal_page(refusal, visit, "sandbox/refused.html"), visit)

    def _let_in(self, spec: PageSpec, visit: Visit) -> Visit:
        if not self.is_local(request.host, request.headers.get("Origin")):
            raise ORIGIN_NOT_ALLOWED()
        if spec.method == "GET":
            form = {}
        elif is_of_our_site(request):
            form = read_posted()
        else:
            raise FORM_NOT_OURS()
        return Visit(visit.locale, form, request.args.to_dict(), visit.fragment)

    def _answer(self, result: Any, visit: Visit) -> Response:
        match result:
            case Shown():
                return self._render(result, visit)
            case GoTo():
                return self._site.lead_to(result, visit)
            case SpeaksLocale(locale):
                response = self._site.lead_to(GoTo("/"), visit)
                response.set_cookie(
                    LOCALE_COOKIE, locale, path=ROOT, httponly=True, samesite="Strict"
                )
                return response
            case _:
                raise TypeError(f"a page answers no {type(result).__name__}")

    def _render(self, page: Shown, visit: Visit) -> Response:
        return self._site.render(page, visit, assets=ASSETS)

    @property
    def _site(self) -> Site:
        return Site(ROOT, TEXTS, self.timezone)


def _set_headers(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    # With the usual `no-referrer` browsers send `Origin: null` with our own forms.
    response.headers["Referrer-Policy"] = "same-origin"
    return response
