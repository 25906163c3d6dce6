"""How a domain declares its routes: plain data, bound to its dependencies by the factory.

    routes = Routes("payments", prefix="/v1", tag="Payments")

    @routes.post("/payments", body=NewPaymentSchema, answers={201: PaymentSchema, 202: PaymentSchema},
                 errors=(MERCHANT_NOT_FOUND,), key="required", moves_money=True)
    def create_payment(deps: PaymentDependencies, call: Call) -> Reply: ...

Nothing is registered anywhere by declaring; core.http.api binds and serves.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal, TypeVar

from marshmallow import Schema

from app.core.errors import ErrorCode

View = Callable[..., Any]
Declared = TypeVar("Declared", bound=View)
KeyRule = Literal["required", "honoured", "ignored"]
Recovery = Callable[..., Any]


class Access(Enum):
    """Who may call: anyone, a signed-in user, an agent, or a local sandbox caller."""

    ANYONE = "anyone"
    USER = "user"
    AGENT = "agent"
    SANDBOX = "sandbox"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One route. `answers` maps each status of success to its schema (None: no body); the first is the default.

    `role` is the least role of an agent who may call; one that `reads_customer` must be told why
    (X-Access-Reason, `call.why`), and so must a list that is narrowed to one customer by the query parameter that
    `customer_query` names (`call.access_reason`, None where it isn't). With `raw_body` the view gets the body as it
    came (`call.raw`) and parses it itself, for what must be looked at before: a signature. `headers` must be sent,
    `optional_headers` may be; the view checks them. `media` is the type of an answer that is no JSON: the view returns
    its text or stream.
    `download` is the type of the file that the view answers instead of JSON where it is asked to.
    """

    method: str
    path: str
    view: View
    access: Access
    answers: Mapping[int, type[Schema] | None]
    body: type[Schema] | None = None
    query: type[Schema] | None = None
    paged: bool = False
    errors: tuple[ErrorCode, ...] = ()
    key: KeyRule = "ignored"
    moves_money: bool = False
    recover: Recovery | None = None
    address_limit: str | None = None
    role: str | None = None
    reads_customer: bool = False
    customer_query: str | None = None
    raw_body: bool = False
    headers: tuple[str, ...] = ()
    optional_headers: tuple[str, ...] = ()
    media: str | None = None
    download: str | None = None

    @property
    def name(self) -> str:
        """The operation's name in the OpenAPI description."""
        return self.view.__name__

    @property
    def needs_body(self) -> bool:
        """Whether a call without a body lacks something."""
        fields = self.body().fields.values() if self.body else ()
        return any(field.required for field in fields)

    @property
    def default_status(self) -> int:
        """The status of a plain return value."""
        return next(iter(self.answers))


@dataclass(slots=True)
class Routes:
    """The routes of one domain, in the order of their declaration."""

    name: str
    prefix: str
    tag: str
    access: Access = Access.USER
    role: str | None = None
    endpoints: list[Endpoint] = field(default_factory=list)

    def get(self, path: str, **spec: Any) -> Callable[[Declared], Declared]:
        """Declare a read; a query schema and `paged` are its usual companions."""
        return self._declare("GET", path, spec)

    def post(self, path: str, **spec: Any) -> Callable[[Declared], Declared]:
        """Declare a write. `key` says what an Idempotency-Key means (default: honoured for signed-in callers)."""
        return self._declare("POST", path, spec)

    def put(self, path: str, **spec: Any) -> Callable[[Declared], Declared]:
        """Declare a replacement."""
        return self._declare("PUT", path, spec)

    def patch(self, path: str, **spec: Any) -> Callable[[Declared], Declared]:
        """Declare a partial change."""
        return self._declare("PATCH", path, spec)

    def delete(self, path: str, **spec: Any) -> Callable[[Declared], Declared]:
        """Declare a removal."""
        return self._declare("DELETE", path, spec)

    def _declare(
        self, method: str, path: str, spec: dict[str, Any]
    ) -> Callable[[Declared], Declared]:
        access = spec.setdefault("access", self.access)
        spec.setdefault("role", self.role)
        if method == "POST" and access in (Access.USER, Access.AGENT):
            spec.setdefault("key", "honoured")

        def declare(view: Declared) -> Declared:
            self.endpoints.append(Endpoint(method=method, path=path, view=view, **spec))
            return view

        return declare
