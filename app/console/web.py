"""Binds declared pages to Flask: who looks, whether a form is ours, what a refusal looks like to a person.

With `sandbox/web.py`, and `site.py` for both, the only files of the console that know Flask.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, Request, Response, request

from app.auth.agent_queries import get_agent
from app.auth.operations import AuthDependencies
from app.auth.operations.authenticate import authenticate_agent
from app.auth.rules import has_role
from app.console import shown
from app.console.browser import (
    CSRF_FIELD,
    CSRF_HEADER,
    LOCALE_COOKIE,
    REASONS_COOKIE,
    SESSION_COOKIE,
    Browser,
)
from app.console.errors import FORM_NOT_OURS
from app.console.pages import (
    ROOT,
    SECTIONS,
    Colleague,
    Data,
    GoTo,
    Pages,
    PageSpec,
    Shown,
    SignedIn,
    SignedOut,
    SpeaksLocale,
    Visit,
)
from app.console.site import (
    POLICY,
    Site,
    bind_pages,
    first_look,
    is_of_our_site,
    read_posted,
    refusal_page,
)
from app.console.texts import TEXTS
from app.core import strict_json
from app.core.errors import FORBIDDEN, Refusal
from app.core.http.api import NoteRefusal
from app.core.http.call import Download, RefusedCall
from app.core.http.decoding import read_client
from app.core.http.downloads import download_response
from app.core.pagination import CursorSeal, PageRequest

SIGN_IN: Final = f"{ROOT}/sign-in"
SIGNED_OUT_CODES: Final = frozenset(
    {"access_token_missing", "access_token_invalid", "access_token_expired"}
)
UNATTENDED: Final = "X-Unattended"
"""Sent by live.js with what nobody has clicked."""
HEARTBEAT_SECONDS: Final = 20
"""Of real time, from each open page; presence lasts 45 s, so that one may be lost."""
KEEP_ASSETS_SECONDS: Final = 3600
PAGE_SIZE: Final = 50


@dataclass(slots=True)
class ConsoleWeb:
    """Serves the console on one Flask app. `note_refusal` keeps what agents were refused, as for the API."""

    app: Flask
    auth: AuthDependencies
    note_refusal: NoteRefusal
    timezone: ZoneInfo
    secure: bool

    def serve(self, every: Iterable[Pages], deps: object) -> None:
        """Bind the pages, the assets and the templates below `/console`."""
        blueprint = Blueprint(
            "console",
            __name__,
            url_prefix=ROOT,
            template_folder="templates",
            static_folder="static",
            static_url_path="/assets",
        )
        bind_pages(blueprint, every, lambda spec, path: self._serve(spec, deps, path))
        blueprint.after_request(_set_headers)
        self.app.register_blueprint(blueprint)
        self.app.jinja_env.filters.update(shown.FILTERS)

    def _serve(self, spec: PageSpec, deps: object, path: dict[str, str]) -> Response:
        visit = first_look(request)
        try:
            visit = self._visit(spec)
            return self._answer(spec.view(deps, visit, **path), visit)
        except Refusal as refusal:
            if refusal.code in SIGNED_OUT_CODES:
                return self._to_sign_in(visit)
            agent = self._agent_or_none() if visit.agent is None else visit.agent
            if agent is not None:
                call = RefusedCall(agent.id, f"console.{spec.name}", path, refusal.code)
                self.note_refusal(call)
            return self._render(refusal_page(refusal, visit, "refused.html"), visit)

    def _visit(self, spec: PageSpec) -> Visit:
        form = read_posted() if spec.method == "POST" else {}
        if spec.method == "POST" and _is_from_elsewhere(request):
            raise FORM_NOT_OURS()
        if spec.role is None:
            return self._as_visit(None, form)
        agent = self._agent(unattended=spec.unattended or UNATTENDED in request.headers)
        if not has_role(agent.principal.role, spec.role):
            raise FORBIDDEN()
        if spec.method == "POST":
            mark = form.pop(CSRF_FIELD, "")
            given = request.headers.get(CSRF_HEADER) or mark
            if not self._browser.is_ours(agent.principal.session_id, given):
                raise FORM_NOT_OURS()
        return self._as_visit(agent, form)

    def _as_visit(self, agent: Colleague | None, form: dict[str, str]) -> Visit:
        note = request.cookies.get(REASONS_COOKIE)
        return replace(
            first_look(request),
            form=form,
            query=request.args.to_dict(),
            agent=agent,
            reasons=self._browser.read_reasons(agent.principal.session_id, note) if agent else {},
            client=read_client(request),
            headers=dict(request.headers),
            unattended=UNATTENDED in request.headers,
            page=PageRequest(PAGE_SIZE, self._seal.read(request.args.get("cursor"), _list(agent))),
        )

    def _agent(self, *, unattended: bool) -> Colleague:
        token = request.cookies.get(SESSION_COOKIE, "")
        principal = authenticate_agent(self.auth, token, unattended=unattended)
        with self.auth.database.snapshot() as tx:
            agent = get_agent(tx, principal.id)
            return Colleague(principal, agent.display_name, agent.email)

    def _agent_or_none(self) -> Colleague | None:
        try:
            return self._agent(unattended=True)
        except Refusal:
            return None

    def _answer(self, result: Any, visit: Visit) -> Response:
        match result:
            case Shown():
                response = self._render(result, visit)
            case GoTo():
                response = self._site.lead_to(result, visit)
            case SignedIn():
                response = self._site.lead_to(GoTo(result.path), visit)
                self._set_cookie(response, SESSION_COOKIE, result.token)
            case SignedOut():
                response = self._site.lead_to(GoTo("/sign-in"), visit)
                for name in (SESSION_COOKIE, REASONS_COOKIE):
                    response.delete_cookie(name, path=ROOT)
            case SpeaksLocale(locale):
                response = self._site.lead_to(GoTo("/"), visit)
                self._set_cookie(response, LOCALE_COOKIE, locale)
            case Data() | Download():
                response = _as_file(result)
            case Response():
                return result
            case _:
                raise TypeError(f"a page answers no {type(result).__name__}")
        kept = getattr(result, "keeps_reason", None)
        if kept is not None:
            self._keep_reason(response, visit, *kept)
        return response

    def _render(self, page: Shown, visit: Visit) -> Response:
        agent = visit.agent
        return self._site.render(
            page,
            visit,
            sections=[
                (path, name)
                for path, name, least in SECTIONS
                if agent and has_role(agent.role, least)
            ],
            here=_section(request.path),
            cursor_of=lambda page: self._seal.write(page.next, _list(agent)),
            me=agent,
            csrf=self._browser.csrf(agent.principal.session_id) if agent else "",
            heartbeat_seconds=HEARTBEAT_SECONDS,
        )

    def _to_sign_in(self, visit: Visit) -> Response:
        wanted = ""
        if request.method == "GET" and not visit.fragment:
            wanted = request.full_path.rstrip("?")
        ask = f"?{urlencode({'next': wanted.removeprefix(ROOT)})}" if wanted else ""
        return self._site.lead_to(GoTo(f"/sign-in{ask}"), visit)

    def _keep_reason(self, response: Response, visit: Visit, customer_id: str, why: str) -> None:
        reasons = {key: value for key, value in visit.reasons.items() if key != customer_id}
        note = self._browser.write_reasons(
            visit.me.principal.session_id, reasons | {customer_id: why}
        )
        self._set_cookie(response, REASONS_COOKIE, note)

    def _set_cookie(self, response: Response, name: str, value: str) -> None:
        response.set_cookie(
            name, value, path=ROOT, httponly=True, samesite="Strict", secure=self.secure
        )

    @property
    def _site(self) -> Site:
        return Site(ROOT, TEXTS, self.timezone)

    @property
    def _seal(self) -> CursorSeal:
        return CursorSeal(self.auth.keys.derive("cursor"))

    @property
    def _browser(self) -> Browser:
        return Browser(self.auth.keys)


def _is_from_elsewhere(incoming: Request) -> bool:
    """Whether another site's page sent this, as far as the browser tells; our own pages send `Origin: null`, since
    they tell nobody where they were (Referrer-Policy)."""
    if not is_of_our_site(incoming):
        return True
    origin = incoming.headers.get("Origin", "null")
    return origin != "null" and origin.partition("://")[2] != incoming.host


def _list(agent: Colleague | None) -> str:
    """Whose list of which page a cursor belongs to."""
    return strict_json.canonical([agent.id if agent else "", request.path])


def _section(path: str) -> str:
    """The entry of the navigation that a page belongs to."""
    return "/" + path.removeprefix(ROOT).lstrip("/").partition("/")[0]


def _as_file(result: Data | Download) -> Response:
    """What is no page: figures for a script, or something to keep."""
    if isinstance(result, Download):
        return download_response(result)
    return Response(strict_json.dump(result.values), mimetype="application/json")


def _set_headers(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    if request.endpoint == "console.static" and response.status_code == 200:
        response.headers["Cache-Control"] = f"public, max-age={KEEP_ASSETS_SECONDS}"
    return response
