"""What the console and the sandbox's page have in common: binding pages, forms and languages, templates and redirects.

Who may look, and what is answered beside pages, each decides in its `web.py`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from flask import Blueprint, Request, Response, g, render_template

from app.console import shown
from app.console.browser import LOCALE_COOKIE
from app.console.pages import GoTo, Pages, PageSpec, Shown, Visit
from app.console.texts import Texts
from app.core.database import piece_of_work
from app.core.errors import BODY_TOO_LARGE, MALFORMED_REQUEST, Refusal
from app.core.http.decoding import MAX_BODY_BYTES, read_locale
from app.core.http.problems import problem_document
from app.core.locale import LOCALES, Locale

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Nothing inline, neither scripts nor styles, and nothing from elsewhere."""
_OUR_SITES: Final = frozenset({"same-origin", "none"})
"""What a browser says of a request that our own page or the address bar made."""

Serve = Callable[[PageSpec, dict[str, str]], Response]
"""Answers a visit of a page, given the variables of its path."""


@dataclass(frozen=True, slots=True)
class Site:
    """Pages below `root`, with their words, and the time zone in which they tell times."""

    root: str
    texts: Texts
    timezone: ZoneInfo

    def render(self, page: Shown, visit: Visit, **also: Any) -> Response:
        """The page in the visitor's language; templates know `also` beside what each of them knows."""
        values = dict(page.values)
        if "refusal" in values:
            refusal = values.pop("refusal")
            values["problem"] = problem_document(refusal, visit.locale, g.get("request_id", ""))
        html = render_template(
            page.template,
            **values,
            **also,
            asked=visit.query,
            fragment=visit.fragment,
            locale=visit.locale,
            root=self.root,
            say=shown.Speaker(visit.locale, self.timezone),
            t=self.texts.in_locale(visit.locale),
            told=visit.query.get("told"),
        )
        response = Response(html, status=page.status, content_type="text/html; charset=utf-8")
        if page.into is not None:
            response.headers["HX-Retarget"] = page.into
            response.headers["HX-Reswap"] = "outerHTML"
        return response

    def lead_to(self, there: GoTo, visit: Visit) -> Response:
        """Another page: a redirect, or for htmx the header that makes the browser go there."""
        address = f"{self.root}{there.path}"
        if there.says is not None:
            address += ("&" if "?" in there.path else "?") + urlencode({"told": there.says})
        if visit.fragment:
            return Response(status=204, headers={"HX-Redirect": address})
        return Response(status=303, headers={"Location": address})


def refusal_page(refusal: Refusal, visit: Visit, whole: str) -> Shown:
    """A refusal as a person reads it: the template `whole`, or the piece of a page that htmx asked for."""
    template = "notice.html" if visit.fragment else whole
    return Shown(template, {"refusal": refusal}, refusal.error.status)


def bind_pages(blueprint: Blueprint, every: Iterable[Pages], serve: Serve) -> None:
    """Have `serve` answer every page, each time as one piece of work."""
    for spec in (spec for pages in every for spec in pages.specs):
        blueprint.add_url_rule(spec.path, spec.name, _view(spec, serve), methods=[spec.method])


def _view(spec: PageSpec, serve: Serve) -> Callable[..., Response]:
    def view(**path: str) -> Response:
        with piece_of_work():
            return serve(spec, path)

    return view


def first_look(incoming: Request) -> Visit:
    """What is known of a visit before anybody was let in."""
    return Visit(locale=_chosen_locale(incoming), fragment="HX-Request" in incoming.headers)


def _chosen_locale(incoming: Request) -> Locale:
    """The language that this browser was told to be answered in, else the one it asks for."""
    chosen = incoming.cookies.get(LOCALE_COOKIE)
    for locale in LOCALES:
        if chosen == locale:
            return locale
    return read_locale(incoming)


def is_of_our_site(incoming: Request) -> bool:
    """Whether no other site's page sent this, as far as the browser tells."""
    return incoming.headers.get("Sec-Fetch-Site", "same-origin") in _OUR_SITES


def read_posted() -> dict[str, str]:
    """The fields of the form that this request brings; the last one counts where a name comes twice.

    Raises what a broken body deserves. Browsers end lines as the net does, whatever was typed.
    """
    if len(g.body) > MAX_BODY_BYTES:
        raise BODY_TOO_LARGE()
    try:
        fields = parse_qsl(
            g.body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=200
        )
    except ValueError:
        raise MALFORMED_REQUEST() from None
    if any("\x00" in value for _, value in fields):
        raise MALFORMED_REQUEST()
    return {name: value.replace("\r\n", "\n") for name, value in fields}
