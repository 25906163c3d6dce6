"""The OpenAPI 3.1 description, made from the declared routes, and the page that shows it offline."""

import threading
from pathlib import Path
from typing import Any

from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask, Response, jsonify, send_from_directory
from flask_smorest import Api, Blueprint
from marshmallow import INCLUDE, Schema, fields

from app.core.errors import (
    ACCESS_REASON_REQUIRED,
    ACCESS_TOKEN_EXPIRED,
    ACCESS_TOKEN_INVALID,
    ACCESS_TOKEN_MISSING,
    APP_UPDATE_REQUIRED,
    BODY_TOO_LARGE,
    BUSY,
    CURSOR_INVALID,
    FORBIDDEN,
    HOST_NOT_ALLOWED,
    IDEMPOTENCY_IN_PROGRESS,
    IDEMPOTENCY_KEY_INVALID,
    IDEMPOTENCY_KEY_REQUIRED,
    IDEMPOTENCY_KEY_REUSED,
    MALFORMED_JSON,
    MALFORMED_REQUEST,
    NOT_FOUND,
    ORIGIN_NOT_ALLOWED,
    RATE_LIMITED,
    UNSUPPORTED_MEDIA_TYPE,
    VALIDATION_FAILED,
    ErrorCode,
)
from app.core.http.access_reason import HEADER, SHORTEST
from app.core.http.fields import MomentField
from app.core.http.problems import PROBLEM_JSON
from app.core.http.routes import Access, Endpoint, Routes
from app.core.pagination import DEFAULT_LIMIT, MAX_LIMIT

API_VERSION = "1.0.0"
ABOUT = """A wallet to run on a laptop: real inside, simulated outside.

`POST /sandbox/v1/users` makes a signed-in user with money; paste its `access_token` under Authorize.
Amounts are integers in fen, times RFC 3339 in UTC. Errors are RFC 9457 problem documents: switch on
`code`, see [all of them](/docs/errors).
"""
STATIC = Path(__file__).with_name("static")
PAGE_PARAMETERS = [
    {
        "name": "limit",
        "in": "query",
        "schema": {
            "type": "integer",
            "minimum": 1,
            "maximum": MAX_LIMIT,
            "default": DEFAULT_LIMIT,
        },
    },
    {"name": "cursor", "in": "query", "schema": {"type": "string"}},
]
# What a refusal of a status may bring along; `Retry-After` is in seconds.
_HEADERS: dict[int, dict[str, str]] = {
    409: {"Retry-After": "integer"},
    429: {"Retry-After": "integer", "RateLimit": "string", "RateLimit-Policy": "string"},
    503: {"Retry-After": "integer"},
}
SECURITY: dict[Access, list[dict[str, list[str]]]] = {
    Access.ANYONE: [],
    Access.SANDBOX: [],
    Access.USER: [{"user_token": []}],
    Access.AGENT: [{"agent_token": []}],
}

_MEDIA_SHAPES: dict[str, dict[str, Any]] = {
    "text/event-stream": {  # the shape of one event; `data` is JSON
        "type": "object",
        "properties": {name: {"type": "string"} for name in ("event", "id", "data")},
    }
}


class FieldProblemSchema(Schema):
    """One thing wrong with one place of the request."""

    pointer = fields.String(required=True, metadata={"description": "JSON pointer (RFC 6901)"})
    code = fields.String(required=True)
    message = fields.String(required=True)


class ProblemSchema(Schema):
    """RFC 9457 problem details; `code` is stable and one of docs/errors.md."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    code = fields.String(required=True)
    request_id = fields.String(required=True)
    errors = fields.List(fields.Nested(FieldProblemSchema))
    attempts_remaining = fields.Integer()
    retry_after = fields.Integer(allow_none=True, metadata={"description": "seconds"})
    reset_required = fields.Boolean()

    class Meta:
        """An extension member may come with any code (RFC 9457, section 3.2)."""

        unknown = INCLUDE


class RestApi(Api):  # type: ignore[misc]  # flask-smorest ships no types
    """flask-smorest without its own error answers: ours are problem documents."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def __init__(self, app: Flask, **options: Any) -> None:
        self._flask = app
        self._pending: list[Routes] = []
        self._document: dict[str, Any] | None = None
        self._turn = threading.Lock()
        super().__init__(app, **options)

    def _register_error_handlers(self) -> None:
        """Leave errors to core.http.problems."""

    def describe_later(self, routes: Routes) -> None:
        """Describe routes that the app serves, when the description is first asked for.

        Describing all of them takes 100 ms and more, which no start of a process should wait for.
        """
        self._pending.append(routes)

    def document(self) -> dict[str, Any]:
        """The whole description, made once."""
        with self._turn:
            if self._document is None:
                for routes in self._pending:
                    self._describe(routes)
                self._document = _with_patterns_of_json_schema(self.spec.to_dict())
            return self._document

    def _describe(self, routes: Routes) -> None:
        blueprint = Blueprint(routes.name, __name__, url_prefix=routes.prefix or None)
        for endpoint in routes.endpoints:
            view = self._flask.view_functions[f"{routes.name}.{endpoint.name}"]
            described = blueprint.doc(**operation(routes, endpoint))(view)
            blueprint.route(endpoint.path, methods=[endpoint.method])(described)
        blueprint.register_views_in_doc(
            self, self._flask, self.spec, name=blueprint.name, parameters=None
        )


def describe(app: Flask) -> RestApi:
    """Install the description of `app` at /openapi.json and its page at /docs."""
    app.config.update(
        API_TITLE="U-Wallet",
        API_VERSION=API_VERSION,
        OPENAPI_VERSION="3.1.0",
        API_SPEC_OPTIONS={"info": {"description": ABOUT}},
    )
    plugin = MarshmallowPlugin(schema_name_resolver=_schema_name)
    rest = RestApi(app, spec_kwargs={"marshmallow_plugin": plugin})
    rest.register_field(MomentField, "string", "date-time")
    for name in ("user_token", "agent_token"):
        rest.spec.components.security_scheme(name, {"type": "http", "scheme": "bearer"})
    rest.spec.components.schema("Problem", schema=ProblemSchema)
    app.add_url_rule("/openapi.json", "docs.openapi", lambda: jsonify(rest.document()))
    app.add_url_rule("/docs", "docs.page", _docs_page)
    app.add_url_rule("/docs/assets/<path:name>", "docs.asset", _docs_asset)
    return rest


def operation(routes: Routes, endpoint: Endpoint) -> dict[str, Any]:
    """One route as an OpenAPI operation."""
    described: dict[str, Any] = {
        "operationId": f"{routes.name}_{endpoint.name}",
        "tags": [routes.tag],
        "security": SECURITY[endpoint.access],
        "x-access": endpoint.access.value,
        "parameters": list(_parameters(endpoint)),
        "responses": _answers(endpoint) | _refusals(endpoint),
    }
    if endpoint.body is not None:
        content = {"application/json": {"schema": endpoint.body}}
        described["requestBody"] = {"required": endpoint.needs_body, "content": content}
    if endpoint.role is not None:
        described["x-least-role"] = endpoint.role
    return described


def _parameters(endpoint: Endpoint) -> list[Any]:
    parameters: list[Any] = []
    if endpoint.query is not None:
        parameters.append({"in": "query", "schema": endpoint.query})
    if endpoint.paged:
        parameters.extend(PAGE_PARAMETERS)
    if endpoint.key != "ignored":
        parameters.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": endpoint.key == "required",
                "schema": {
                    "type": "string",
                    "minLength": 1,
                    "maxLength": 255,
                    "pattern": "^[\\x21-\\x7e]+$",
                },
            }
        )
    if endpoint.reads_customer or endpoint.customer_query:
        why = "why: a conversation id or a text, percent-encoded UTF-8 outside ASCII"
        parameters.append(
            {
                "name": HEADER,
                "in": "header",
                "required": endpoint.reads_customer,
                "description": why
                if endpoint.reads_customer
                else f"{why}; needed with `{endpoint.customer_query}`",
                "schema": {"type": "string", "minLength": SHORTEST, "maxLength": 4500},
            }
        )
    parameters.extend(
        {"name": name, "in": "header", "required": needed, "schema": {"type": "string"}}
        for names, needed in ((endpoint.headers, True), (endpoint.optional_headers, False))
        for name in names
    )
    return parameters


def _answers(endpoint: Endpoint) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for status, schema in endpoint.answers.items():
        answer: dict[str, Any] = {"description": "Success"}
        if schema is not None:
            shown: Any = _page_of(schema) if endpoint.paged else schema
            answer["content"] = {"application/json": {"schema": shown}}
            if endpoint.download is not None:
                answer["content"][endpoint.download] = {"schema": {"type": "string"}}
        elif endpoint.media is not None and status != 204:
            shape = _MEDIA_SHAPES.get(endpoint.media, {"type": "string"})
            answer["content"] = {endpoint.media: {"schema": shape}}
        answers[str(status)] = answer
    return answers


def _page_of(schema: type[Schema]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["data", "next_cursor"],
        "properties": {
            "data": {"type": "array", "items": schema},
            "next_cursor": {"type": ["string", "null"]},
        },
    }


def possible_errors(endpoint: Endpoint) -> list[ErrorCode]:
    """Every refusal that the endpoint can answer: its own and those that its shape brings along."""
    errors = [*endpoint.errors, MALFORMED_REQUEST, HOST_NOT_ALLOWED, VALIDATION_FAILED, BUSY]
    by_shape: list[tuple[bool, tuple[ErrorCode, ...]]] = [
        (
            endpoint.access in (Access.USER, Access.AGENT),
            (ACCESS_TOKEN_MISSING, ACCESS_TOKEN_INVALID, ACCESS_TOKEN_EXPIRED),
        ),
        (endpoint.role is not None, (FORBIDDEN,)),
        (
            endpoint.reads_customer or endpoint.customer_query is not None,
            (ACCESS_REASON_REQUIRED,),
        ),
        (endpoint.access is Access.SANDBOX, (ORIGIN_NOT_ALLOWED,)),
        (endpoint.method not in ("GET", "DELETE"), (MALFORMED_JSON, BODY_TOO_LARGE)),
        (
            endpoint.method not in ("GET", "DELETE") and not endpoint.raw_body,
            (UNSUPPORTED_MEDIA_TYPE,),
        ),
        ("<" in endpoint.path, (NOT_FOUND,)),
        (endpoint.paged, (CURSOR_INVALID,)),
        (endpoint.address_limit is not None, (RATE_LIMITED,)),
        (
            endpoint.key != "ignored",
            (IDEMPOTENCY_KEY_INVALID, IDEMPOTENCY_KEY_REUSED, IDEMPOTENCY_IN_PROGRESS),
        ),
        (endpoint.key == "required", (IDEMPOTENCY_KEY_REQUIRED,)),
        (endpoint.moves_money, (APP_UPDATE_REQUIRED,)),
    ]
    for applies, codes in by_shape:
        errors.extend(codes if applies else ())
    return list(dict.fromkeys(errors))


def _refusals(endpoint: Endpoint) -> dict[str, Any]:
    by_status: dict[int, list[str]] = {}
    for error in possible_errors(endpoint):
        by_status.setdefault(error.status, []).append(error.code)
    return {
        str(status): {
            "description": " | ".join(f"`{code}`" for code in sorted(codes)),
            "content": {PROBLEM_JSON: {"schema": ProblemSchema}},
            "headers": {name: _header(kind) for name, kind in _HEADERS.get(status, {}).items()},
        }
        for status, codes in sorted(by_status.items())
    }


def _with_patterns_of_json_schema(node: Any) -> Any:
    """The same description with each pattern as JSON Schema means it.

    marshmallow matches from the beginning, and Python's `\\Z` is a plain Z to the regular expressions of JSON Schema,
    which match anywhere.
    """
    if isinstance(node, list):
        return [_with_patterns_of_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    changed = {key: _with_patterns_of_json_schema(value) for key, value in node.items()}
    if isinstance(changed.get("pattern"), str):
        inner = changed["pattern"].removeprefix("^").removesuffix("\\Z").removesuffix("$")
        changed["pattern"] = f"^(?:{inner})$"
    return changed


def _header(kind: str) -> dict[str, Any]:
    return {"schema": {"type": kind}}


def _schema_name(schema: Any) -> str:
    """`PaymentSchema` is shown as `Payment`."""
    kind = schema if isinstance(schema, type) else type(schema)
    return str(kind.__name__).removesuffix("Schema")


def _docs_page() -> Response:
    return send_from_directory(STATIC, "docs.html")


def _docs_asset(name: str) -> Response:
    return send_from_directory(STATIC, name, max_age=3600)
