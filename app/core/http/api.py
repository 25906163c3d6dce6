"""Binds declared routes to their dependencies and serves them, in the order of refusals of the contract, section 2.

401 (and 403 for an agent's role), then 400/413/415, 422 shape, the idempotency key, 426; the rest is the operation's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask, Request, Response, g, request
from flask.typing import ResponseReturnValue
from marshmallow import Schema

from app.core import strict_json
from app.core.database import Database, piece_of_work
from app.core.errors import (
    ACCESS_TOKEN_MISSING,
    FORBIDDEN,
    IDEMPOTENCY_IN_PROGRESS,
    NOT_FOUND,
    ORIGIN_NOT_ALLOWED,
    VALIDATION_FAILED,
    Refusal,
    field_problem,
)
from app.core.http import decoding
from app.core.http.access_reason import HEADER, read_access_reason
from app.core.http.call import Call, Download, Principal, RefusedCall, Reply
from app.core.http.downloads import download_response
from app.core.http.openapi import RestApi
from app.core.http.routes import Access, Endpoint, Routes
from app.core.idempotency import (
    RETRY_AFTER_SECONDS,
    KeyInUse,
    StoredAnswer,
    UnansweredClaim,
    fingerprint,
    key_digest,
)
from app.core.pagination import DEFAULT_LIMIT, MAX_LIMIT, CursorSeal, Page, PageRequest
from app.core.security import KeyRing

Authenticate = Callable[[str], Principal]
MoneyGuard = Callable[[Call], None]
AddressLimit = Callable[[str, str | None], None]
RoleRule = Callable[[str | None, str], bool]

NoteRefusal = Callable[[RefusedCall], None]


@dataclass(slots=True)
class Gates:
    """What the factory hands over: who may come in, and what is checked before money moves.

    `authenticate` maps a token to its principal, per kind of access, or raises a 401; `sandbox_caller` decides by
    Host and Origin; `before_money` raises 426; `address_limit` raises 429 for a name and network address;
    `has_role` tells whether a caller's role is the given one or above; `note_refusal` keeps what agents were refused.
    """

    authenticate: Mapping[Access, Authenticate]
    sandbox_caller: Callable[[str, str | None], bool]
    before_money: MoneyGuard
    address_limit: AddressLimit
    has_role: RoleRule
    note_refusal: NoteRefusal


@dataclass(slots=True)
class WebApi:
    """Serves the bound routes of one Flask app."""

    app: Flask
    database: Database
    gates: Gates
    keys: KeyRing
    rest: RestApi

    def add(self, routes: Routes, deps: object) -> None:
        """Bind a domain's routes to what its operations need, and have them described once somebody asks."""
        for endpoint in routes.endpoints:
            self.app.add_url_rule(
                routes.prefix + endpoint.path,
                endpoint=f"{routes.name}.{endpoint.name}",
                view_func=self._bind(endpoint, deps),
                methods=[endpoint.method],
                defaults={},  # flask-smorest looks into them
            )
        self.rest.describe_later(routes)

    def _bind(self, endpoint: Endpoint, deps: object) -> Callable[..., ResponseReturnValue]:
        def view(**path: str) -> ResponseReturnValue:
            with piece_of_work():
                return self._serve(endpoint, deps, path)

        view.__name__ = endpoint.name
        view.__doc__ = endpoint.view.__doc__
        return view

    def _serve(self, endpoint: Endpoint, deps: object, path: dict[str, str]) -> Response:
        principal = self._let_in(endpoint)
        if principal is None or principal.kind != "agent":
            return self._answer(endpoint, deps, path, principal)
        try:
            return self._answer(endpoint, deps, path, principal)
        except Refusal as refusal:
            refused = RefusedCall(principal.id, endpoint.name, path, refusal.code)
            self.gates.note_refusal(refused)
            raise

    def _answer(
        self, endpoint: Endpoint, deps: object, path: dict[str, str], principal: Principal | None
    ) -> Response:
        if endpoint.role is not None and not self.gates.has_role(
            principal.role if principal else None, endpoint.role
        ):
            raise FORBIDDEN()
        written = request.headers.get(HEADER)
        reason = read_access_reason(written) if _asks_why(endpoint, written) else None
        document = decoding.read_document(request, endpoint)
        body = {} if endpoint.raw_body else decoding.load((endpoint.body or Schema)(), document)
        query = decoding.read_query(request, endpoint)
        if any("\x00" in value for value in path.values()):
            raise NOT_FOUND()  # no id has one, and PostgreSQL takes none
        page, audience = self._page(endpoint, principal, query)
        key = self._key(endpoint, principal, document)
        call = Call(
            body=body,
            query=query,
            headers=dict(request.headers),
            client=decoding.read_client(request),
            locale=decoding.read_locale(request),
            page=page,
            principal=principal,
            key=key,
            request_id=g.request_id,
            access_reason=reason,
            raw=g.body,
        )
        if endpoint.address_limit:
            self.gates.address_limit(endpoint.address_limit, call.client.address)
        known = self._known_answer(endpoint, deps, call) if key else None
        if known is not None:
            return known
        if endpoint.moves_money:
            self.gates.before_money(call)
        try:
            return self._work(endpoint, deps, call, path, audience)
        except Refusal:
            # Where the same call came twice at once, what refuses the second may be what the first has done.
            known = self._known_answer(endpoint, deps, call) if key and endpoint.recover else None
            if known is None:
                raise
            return known

    def _work(
        self, endpoint: Endpoint, deps: object, call: Call, path: dict[str, str], audience: str
    ) -> Response:
        claims_first = call.key is not None and endpoint.recover is None
        if call.key is not None and claims_first:
            with self.database.transaction() as tx:
                call.key.claim(tx)
        try:
            result = endpoint.view(deps, call, **path)
            response = self._encode(endpoint, result, audience)
        except Exception:
            if claims_first:
                self._free(call.key)
            raise
        self._keep(call.key, response)
        return response

    def _let_in(self, endpoint: Endpoint) -> Principal | None:
        if endpoint.access is Access.SANDBOX:
            if not self.gates.sandbox_caller(request.host, request.headers.get("Origin")):
                raise ORIGIN_NOT_ALLOWED()
            return None
        if endpoint.access is Access.ANYONE:
            return None
        return self.gates.authenticate[endpoint.access](bearer_token(request))

    def _page(
        self, endpoint: Endpoint, principal: Principal | None, query: dict[str, Any]
    ) -> tuple[PageRequest, str]:
        if not endpoint.paged:
            return PageRequest(), ""
        filters = sorted((name, str(value)) for name, value in query.items())
        who = principal.id if principal else ""
        audience = strict_json.canonical([who, request.path, filters])
        after = self._seal().read(request.args.get("cursor"), audience)
        return PageRequest(_limit(request), after), audience

    def _key(
        self, endpoint: Endpoint, principal: Principal | None, document: Any
    ) -> KeyInUse | None:
        key = decoding.read_key(request, endpoint) if principal else None
        if key is None or principal is None:
            return None
        body = strict_json.canonical(document)
        mark = fingerprint(self.keys.derive("idempotency"), request.method, request.path, body)
        return KeyInUse(principal.id, key_digest(self.keys, principal.id, key), mark)

    def _known_answer(self, endpoint: Endpoint, deps: object, call: Call) -> Response | None:
        """What an earlier call with this key leads to; None where this one is the first."""
        assert call.key is not None  # noqa: S101 - for the type checker
        with self.database.snapshot() as tx:
            found = call.key.found(tx)
        match found:
            case StoredAnswer(status, stored):
                return _replayed(Response(stored, status=status, content_type="application/json"))
            case UnansweredClaim():
                return self._take_over(endpoint, deps, call, found)
        return None

    def _take_over(
        self, endpoint: Endpoint, deps: object, call: Call, claim: UnansweredClaim
    ) -> Response | None:
        """A claim without an answer: report what it recorded, or begin again where it recorded nothing."""
        if endpoint.recover and claim.subject_id:
            reply = endpoint.recover(deps, call, claim.subject_id, running=claim.running)
            if reply is not None:
                response = self._encode(endpoint, reply, "")
                self._keep(call.key, response)
                return _replayed(response)
        if claim.running or claim.subject_id:
            raise IDEMPOTENCY_IN_PROGRESS(retry_after=RETRY_AFTER_SECONDS)
        self._free(call.key)
        return None

    def _keep(self, key: KeyInUse | None, response: Response) -> None:
        if key is None:
            return
        with self.database.transaction() as tx:
            key.answer(tx, response.status_code, response.get_data())

    def _free(self, key: KeyInUse | None) -> None:
        if key is None:
            return
        with self.database.transaction() as tx:
            key.free(tx)

    def _encode(self, endpoint: Endpoint, result: Any, audience: str) -> Response:
        if isinstance(result, Response):
            return result
        if isinstance(result, Download):
            return download_response(result)
        reply = result if isinstance(result, Reply) else Reply(endpoint.default_status, result)
        if endpoint.media is not None and isinstance(reply.body, str):
            return Response(reply.body, content_type=f"{endpoint.media}; charset=utf-8")
        schema = endpoint.answers[reply.status]
        response = Response(status=reply.status, content_type="application/json")
        response.headers.update(reply.headers)
        if schema is None:
            del response.headers["Content-Type"]
        elif isinstance(reply.body, Page):
            document = {
                "data": schema().dump(reply.body.data, many=True),
                "next_cursor": self._seal().write(reply.body.next, audience),
            }
            response.set_data(strict_json.dump(document))
        else:
            response.set_data(strict_json.dump(schema().dump(reply.body)))
        return response

    def _seal(self) -> CursorSeal:
        return CursorSeal(self.keys.derive("cursor"))


def bearer_token(incoming: Request) -> str:
    """The token of `Authorization: Bearer …`. Raises ACCESS_TOKEN_MISSING."""
    scheme, _, token = incoming.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise ACCESS_TOKEN_MISSING()
    return token.strip()


def _asks_why(endpoint: Endpoint, written: str | None) -> bool:
    """Whether a reason must be there and make sense; one that is given where none is needed must too."""
    if endpoint.customer_query is None:
        return endpoint.reads_customer
    return written is not None or endpoint.customer_query in request.args


def _limit(incoming: Request) -> int:
    text = incoming.args.get("limit", str(DEFAULT_LIMIT))
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= MAX_LIMIT):
        raise VALIDATION_FAILED(errors=[field_problem("/limit", "invalid_value")])
    return int(text)


def _replayed(response: Response) -> Response:
    response.headers["Idempotent-Replayed"] = "true"
    return response
