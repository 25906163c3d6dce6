"""How a page is declared, what its view is handed, and what it may answer. No Flask in here.

    pages = Pages()

    @pages.get("/queue")
    def queue(deps: ConsoleDependencies, visit: Visit) -> Shown: ...

Like core.http.routes, declaring registers nothing anywhere; web.py binds and serves.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from app.auth.rules import Role
from app.core.errors import VALIDATION_FAILED, field_problem
from app.core.http.call import Client, Principal
from app.core.locale import Locale
from app.core.pagination import PageRequest

ROOT: Final = "/console"
SECTIONS: Final = (
    ("/queue", "queue", Role.AGENT),
    ("/customers", "customers", Role.AGENT),
    ("/diagnosis", "diagnosis", Role.AGENT),
    ("/calls", "calls", Role.AGENT),
    ("/approvals", "approvals", Role.AGENT),
    ("/status", "status", Role.AGENT),
    ("/faq", "faq", Role.AGENT),
    ("/reports", "reports", Role.AGENT),
    ("/audit", "audit", Role.SUPERVISOR),
    ("/agents", "agents", Role.ADMIN),
)
"""The navigation: path, word, and the least role that may look."""

View = Callable[..., Any]
Declared = TypeVar("Declared", bound=View)


@dataclass(frozen=True, slots=True)
class Colleague:
    """The agent who looks at the page."""

    principal: Principal
    display_name: str
    email: str

    @property
    def id(self) -> str:
        """The agent's id."""
        return self.principal.id

    @property
    def role(self) -> Role:
        """The agent's role."""
        return Role(self.principal.role or Role.AGENT)


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a browser: who looks, what the form or the address said, and in which language to answer.

    `fragment` is true where htmx asks for a piece of a page; `reasons` are why this agent opened which customer; `page`
    is how far the list was read, by `?cursor=`, which a template gets from `cursor_of(page)`; `headers` tell where a
    stream goes on; `unattended` is true where the page asks by itself.
    """

    locale: Locale
    form: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    fragment: bool = False
    agent: Colleague | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)
    client: Client = field(default_factory=Client)
    page: PageRequest = field(default_factory=PageRequest)
    headers: Mapping[str, str] = field(default_factory=dict)
    unattended: bool = False

    @property
    def me(self) -> Colleague:
        """The signed-in agent; only a page for `anyone` has none."""
        if self.agent is None:
            raise ValueError("this page lets anyone in")
        return self.agent

    def word(self, name: str, default: str | None = None) -> str:
        """A field of the form, without the spaces around it. Raises VALIDATION_FAILED where it is missing."""
        value = self.form.get(name, "").strip() or default
        if value is None:
            raise VALIDATION_FAILED(errors=[field_problem(f"/{name}", "required")])
        return value


@dataclass(frozen=True, slots=True)
class Shown:
    """A template with what it shows; a `refusal` among the values is shown as its problem.

    `keeps_reason` is (customer, why): remembered for this agent's next pages. `into` is the piece of the page, as a CSS
    selector, that this one replaces although the request was refused: a form that comes back with what was typed.
    """

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    into: str | None = None
    keeps_reason: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Data:
    """Figures for a script of the page, as JSON."""

    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class GoTo:
    """Another page of the console, as a path below `/console`; `says` is shown there once."""

    path: str
    says: str | None = None
    keeps_reason: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The agent is who they say; the token goes into the cookie."""

    token: str = field(repr=False)
    path: str = "/"


@dataclass(frozen=True, slots=True)
class SignedOut:
    """The cookie is taken back."""


@dataclass(frozen=True, slots=True)
class SpeaksLocale:
    """The language of this browser from now on."""

    locale: Locale


@dataclass(frozen=True, slots=True)
class PageSpec:
    """One declared page. `role` is the least role; None lets anyone in. `unattended`: a page asks for it by itself."""

    method: str
    path: str
    view: View
    role: Role | None
    unattended: bool = False

    @property
    def name(self) -> str:
        """What the page is called in logs and metrics."""
        return self.view.__name__


@dataclass(slots=True)
class Pages:
    """The pages of one file, in the order of their declaration."""

    specs: list[PageSpec] = field(default_factory=list)

    def get(
        self, path: str, *, role: Role | None = Role.AGENT, unattended: bool = False
    ) -> Callable[[Declared], Declared]:
        """Declare what is looked at."""
        return self._declare("GET", path, role, unattended)

    def post(
        self, path: str, *, role: Role | None = Role.AGENT, unattended: bool = False
    ) -> Callable[[Declared], Declared]:
        """Declare what a form or a button does."""
        return self._declare("POST", path, role, unattended)

    def _declare(
        self, method: str, path: str, role: Role | None, unattended: bool
    ) -> Callable[[Declared], Declared]:
        def declare(view: Declared) -> Declared:
            self.specs.append(PageSpec(method, path, view, role, unattended))
            return view

        return declare
