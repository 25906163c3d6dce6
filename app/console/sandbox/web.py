"""Serves the sandbox's pages on Flask: no login, local callers only, like the doors (contract, section 9).

A form counts only where a page of ours sent it; browsers say so by themselves, and programs have the doors.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, Response, g, render_template, request

from app.console import shown
from app.console.browser import LOCALE_COOKIE
from app.console.errors import FORM_NOT_OURS
from app.console.pages import GoTo, Pages, PageSpec, Shown, SpeaksLocale, Visit
from app.console.sandbox.words import SANDBOX
from app.console.texts import FRAME, ROLES, Texts
from app.console.web import OUR_SITES, POLICY, chosen_locale, read_posted
from app.core.database import piece_of_work
from app.core.errors import ORIGIN_NOT_ALLOWED, Refusal
from app.core.http.problems import problem_document

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
        for spec in (spec for pages in every for spec in pages.specs):
            view = self._bind(spec, deps)
            blueprint.add_url_rule(spec.path, spec.name, view, methods=[spec.method])
        blueprint.after_request(_set_headers)
        self.app.register_blueprint(blueprint)

    def _bind(self, spec: PageSpec, deps: object) -> Callable[..., Response]:
        def view(**path: str) -> Response:
            with piece_of_work():
                return self._serve(spec, deps, path)

        return view

    def _serve(self, spec: PageSpec, deps: object, path: dict[str, str]) -> Response:
        visit = Visit(locale=chosen_locale(request), fragment="HX-Request" in request.headers)
        try:
            visit = self._let_in(spec, visit)
            return self._answer(spec.view(deps, visit, **path), visit)
        except Refusal as refusal:
            template = "notice.html" if visit.fragment else "sandbox/refused.html"
            return self._render(Shown(template, {"refusal": refusal}, refusal.error.status), visit)

    def _let_in(self, spec: PageSpec, visit: Visit) -> Visit:
        if not self.is_local(request.host, request.headers.get("Origin")):
            raise ORIGIN_NOT_ALLOWED()
        if spec.method == "GET":
            form = {}
        elif request.headers.get("Sec-Fetch-Site", "same-origin") in OUR_SITES:
            form = read_posted()
        else:
            raise FORM_NOT_OURS()
        return Visit(visit.locale, form, request.args.to_dict(), visit.fragment)

    def _answer(self, result: Any, visit: Visit) -> Response:
        match result:
            case Shown():
                return self._render(result, visit)
            case GoTo():
                return _to(result, visit)
            case SpeaksLocale(locale):
                response = _to(GoTo("/"), visit)
                response.set_cookie(
                    LOCALE_COOKIE, locale, path=ROOT, httponly=True, samesite="Strict"
                )
                return response
            case _:
                raise TypeError(f"a page answers no {type(result).__name__}")

    def _render(self, page: Shown, visit: Visit) -> Response:
        values = dict(page.values)
        if "refusal" in values:
            refusal = values.pop("refusal")
            values["problem"] = problem_document(refusal, visit.locale, g.get("request_id", ""))
        html = render_template(
            page.template,
            **values,
            asked=visit.query,
            assets=ASSETS,
            fragment=visit.fragment,
            locale=visit.locale,
            root=ROOT,
            say=shown.Speaker(visit.locale, self.timezone),
            t=TEXTS.in_locale(visit.locale),
            told=visit.query.get("told"),
        )
        return Response(html, status=page.status, content_type="text/html; charset=utf-8")


def _to(there: GoTo, visit: Visit) -> Response:
    told = f"?{urlencode({'told': there.says})}" if there.says else ""
    address = f"{ROOT}{there.path}{told}"
    if visit.fragment:
        return Response(status=204, headers={"HX-Redirect": address})
    return Response(status=303, headers={"Location": address})


def _set_headers(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    # With the usual `no-referrer` browsers send `Origin: null` with our own forms.
    response.headers["Referrer-Policy"] = "same-origin"
    return response
