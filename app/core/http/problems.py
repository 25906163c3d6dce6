"""Refusals on the wire: RFC 9457 problem documents, one shape for every error (contract, section 2)."""

from collections.abc import Mapping
from typing import Any

import structlog
from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from app.core import strict_json
from app.core.database import SandboxWasResetError, is_database_trouble
from app.core.errors import (
    BODY_TOO_LARGE,
    BUSY,
    INTERNAL_ERROR,
    MALFORMED_REQUEST,
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    UNSUPPORTED_MEDIA_TYPE,
    ErrorCode,
    Refusal,
)
from app.core.http.decoding import read_locale
from app.core.locale import Locale

PROBLEM_JSON = "application/problem+json"
ERRORS_PAGE = "/docs/errors"
BUSY_RETRY_SECONDS = 1
_BY_STATUS: Mapping[int, ErrorCode] = {
    404: NOT_FOUND,
    405: METHOD_NOT_ALLOWED,
    413: BODY_TOO_LARGE,
    415: UNSUPPORTED_MEDIA_TYPE,
}

log = structlog.get_logger(__name__)


def problem_document(refusal: Refusal, locale: Locale, request_id: str) -> dict[str, Any]:
    """The document's members; those that do not apply are left out, `retry_after: null` is kept if meant."""
    error = refusal.error
    document: dict[str, Any] = {
        "type": f"{ERRORS_PAGE}#{error.code}",
        "title": error.title.said_in(locale),
        "status": error.status,
        "detail": error.detail.said_in(locale),
        "code": error.code,
        "request_id": request_id,
    }
    if refusal.errors:
        document["errors"] = [
            {"pointer": p.pointer, "code": p.code, "message": p.message.said_in(locale)}
            for p in refusal.errors
        ]
    if refusal.attempts_remaining is not None:
        document["attempts_remaining"] = refusal.attempts_remaining
    if refusal.retry_after is not None:
        document["retry_after"] = refusal.retry_after
    return document | refusal.extra


def problem_response(refusal: Refusal) -> Response:
    """The refusal as a response, with `Retry-After` and the rate-limit fields where they apply."""
    document = problem_document(refusal, read_locale(request), g.get("request_id", ""))
    response = Response(
        strict_json.dump(document), status=refusal.error.status, content_type=PROBLEM_JSON
    )
    response.headers["Content-Language"] = read_locale(request)
    response.headers["Vary"] = "Accept-Language"
    if refusal.retry_after is not None:
        response.headers["Retry-After"] = str(refusal.retry_after)
    if refusal.error.status == 429:
        _rate_limit_fields(response, refusal)
    if refusal.error.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _rate_limit_fields(response: Response, refusal: Refusal) -> None:
    name = refusal.limit.name if refusal.limit else refusal.code
    wait = refusal.retry_after or 0
    response.headers["RateLimit"] = f'"{name}";r=0;t={wait}'
    if refusal.limit:
        limit = refusal.limit
        response.headers["RateLimit-Policy"] = f'"{name}";q={limit.quota};w={limit.window_seconds}'
    else:
        response.headers["RateLimit-Policy"] = f'"{name}";q=1;w={max(wait, 1)}'


def http_exception_response(error: HTTPException) -> Response:
    """Werkzeug's own refusals (no such route, wrong method, broken request) in our shape."""
    if error.code is not None and error.code < 400:  # a redirect to the address with its slash
        return Response(status=error.code, headers=error.get_headers())
    code = _BY_STATUS.get(error.code or 500)
    if code is None:
        code = MALFORMED_REQUEST if (error.code or 500) < 500 else INTERNAL_ERROR
    response = problem_response(code())
    methods = getattr(error, "valid_methods", None)
    if methods:
        response.headers["Allow"] = ", ".join(sorted(methods))
    return response


def install_error_handlers(app: Flask) -> None:
    """Answer every exception that can leave a view with a problem document."""
    app.register_error_handler(Refusal, problem_response)
    app.register_error_handler(HTTPException, http_exception_response)
    app.register_error_handler(SandboxWasResetError, _busy)
    app.register_error_handler(Exception, _unforeseen)


def _unforeseen(error: Exception) -> Response:
    return _busy(error) if is_database_trouble(error) else _unexpected(error)


def _busy(error: Exception) -> Response:
    # The engine hides the parameters of a statement, so the message quotes no secret.
    log.warning("database_trouble", problem=str(error), request_id=g.get("request_id"))
    return problem_response(BUSY(retry_after=BUSY_RETRY_SECONDS))


def _unexpected(error: Exception) -> Response:
    log.error(
        "unexpected_error",
        kind=type(error).__name__,
        request_id=g.get("request_id"),
        exc_info=error,
    )
    return problem_response(INTERNAL_ERROR())
