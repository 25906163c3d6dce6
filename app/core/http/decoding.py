"""From the wire to what a view gets, in the order of refusals of the contract, section 2."""

import re
from typing import Any

from flask import Request, g
from marshmallow import RAISE, Schema, ValidationError

from app.core import strict_json
from app.core.errors import (
    BODY_TOO_LARGE,
    IDEMPOTENCY_KEY_INVALID,
    IDEMPOTENCY_KEY_REQUIRED,
    UNSUPPORTED_MEDIA_TYPE,
    VALIDATION_FAILED,
    FieldProblem,
    field_problem,
)
from app.core.http.call import Client
from app.core.http.routes import Endpoint
from app.core.locale import DEFAULT_LOCALE, Locale

MAX_BODY_BYTES = 64 * 1024  # contract, section 10
KEY = re.compile(r"[\x21-\x7e]{1,255}")
APP_VERSION = re.compile(r"(ios|android|web)/[0-9A-Za-z.+-]{1,32}")
NETWORK_TYPES = frozenset({"wifi", "cellular"})
_BY_PRIMARY_TAG: dict[str, Locale] = {"en": "en", "zh": "zh-CN"}
# marshmallow's words for what is wrong, as our field errors
_CODES = {
    "Missing data for required field.": "required",
    "Unknown field.": "unknown_field",
    "Field may not be null.": "invalid_type",
    "Invalid input type.": "invalid_type",
    "Not a valid integer.": "invalid_type",
    "Not a valid boolean.": "invalid_type",
    "Not a valid string.": "invalid_type",
    "Not a valid list.": "invalid_type",
    "Not a valid mapping type.": "invalid_type",
}


def read_document(request: Request, endpoint: Endpoint) -> Any:
    """The body as strict JSON. One that needs nothing may be left out; a GET's is not looked at, a raw one not yet."""
    raw: bytes = g.body
    if len(raw) > MAX_BODY_BYTES:
        raise BODY_TOO_LARGE()
    if endpoint.raw_body or (not raw and not endpoint.needs_body):
        return {}
    if endpoint.body is None and endpoint.method in ("GET", "DELETE"):
        return {}
    if raw and request.mimetype != "application/json":
        raise UNSUPPORTED_MEDIA_TYPE()
    return strict_json.parse(raw)


def read_query(request: Request, endpoint: Endpoint) -> dict[str, Any]:
    """The query string as the endpoint's schema loads it; unknown or repeated names are refused."""
    paging = {"limit", "cursor"} if endpoint.paged else set()
    names = [name for name, _ in request.args.items(multi=True)]
    given = {name: value for name, value in request.args.items() if name not in paging}
    repeated = {name for name in names if names.count(name) > 1}
    if repeated:
        problems = [field_problem(f"/{name}", "duplicate_key") for name in sorted(repeated)]
        raise VALIDATION_FAILED(errors=problems)
    for name, value in request.args.items():
        if "\x00" in value or "\x00" in name:
            raise VALIDATION_FAILED(
                errors=[field_problem(strict_json.pointer("", name), "invalid_value")]
            )
    return load((endpoint.query or Schema)(), given)


def load(schema: Schema, document: Any) -> dict[str, Any]:
    """Load a document strictly. Raises VALIDATION_FAILED with every problem at once."""
    try:
        loaded = schema.load(document, unknown=RAISE)
    except ValidationError as error:
        raise VALIDATION_FAILED(errors=list(_problems(error.messages, ""))) from None
    return dict(loaded)


def read_key(request: Request, endpoint: Endpoint) -> str | None:
    """The Idempotency-Key where it counts. Raises where it is required and missing, or malformed."""
    if endpoint.key == "ignored":
        return None
    key = request.headers.get("Idempotency-Key")
    if key is None:
        if endpoint.key == "required":
            raise IDEMPOTENCY_KEY_REQUIRED()
        return None
    if not KEY.fullmatch(key):
        raise IDEMPOTENCY_KEY_INVALID()
    return key


def read_client(request: Request) -> Client:
    """What the app says of itself; an odd value is left out, since it must not stop a payment."""
    version = request.headers.get("X-App-Version", "")
    network = request.headers.get("X-Network-Type", "")
    return Client(
        app_version=version if APP_VERSION.fullmatch(version) else None,
        network_type=network if network in NETWORK_TYPES else None,
        address=g.client_address,
    )


def read_locale(request: Request) -> Locale:
    """The language that `Accept-Language` likes best of the two, by its primary tag; zh-CN by default."""
    for tag, quality in request.accept_languages:
        primary = tag.replace("_", "-").split("-")[0].lower()
        if quality > 0 and primary in _BY_PRIMARY_TAG:
            return _BY_PRIMARY_TAG[primary]
    return DEFAULT_LOCALE


def _problems(messages: Any, at: str) -> list[FieldProblem]:
    """marshmallow's tree of messages as a flat list with JSON pointers."""
    if isinstance(messages, dict):
        return [
            problem
            for key, below in messages.items()
            for problem in _problems(
                below, at if key == "_schema" else strict_json.pointer(at, key)
            )
        ]
    return [field_problem(at, _CODES.get(str(message), "invalid_value")) for message in messages]
