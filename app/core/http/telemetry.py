"""What every request leaves behind: a request id, a log line without secrets, metrics, safe headers."""

import os
import re
import time

import structlog
from flask import Flask, Response, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)

from app.core.http.bodies import BodyReader
from app.core.http.decoding import MAX_BODY_BYTES
from app.core.http.headers import harden
from app.core.ids import new_id

METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
REQUEST_ID = re.compile(r"[\x21-\x7e]{1,128}")
# A shape that generators give, in which twelve digits in a row are chance: a UUID, a trace id.
GENERATED_ID = re.compile(r"[0-9A-Fa-f]{8}(-?)(?:[0-9A-Fa-f]{4}\1){3}[0-9A-Fa-f]{12}")
# As many digits as the shortest card number has, grouped or not: an app may take the wrong variable, and what is echoed
# is also logged.
LONG_NUMBER = re.compile(r"[0-9](?:[^0-9A-Za-z]*[0-9]){11}")
REQUESTS = Counter("wallet_http_requests_total", "Requests answered", ("method", "route", "status"))
SECONDS = Histogram("wallet_http_request_seconds", "Time to answer", ("method", "route"))

log = structlog.get_logger("http")


def install_telemetry(app: Flask, threads: int) -> None:
    """Wrap every request, and serve /metrics; `threads` is how many requests the server serves at once."""
    bodies = BodyReader(threads)
    app.before_request(lambda: _begin(bodies))
    app.after_request(_end)
    app.add_url_rule("/metrics", "metrics", _metrics)


def request_id(given: str) -> str:
    """The caller's own id, where it is one of 1–128 visible ASCII characters that can't hide a card number. Else ours.

    >>> request_id("checkout-42")
    'checkout-42'
    """
    if GENERATED_ID.fullmatch(given):
        return given
    is_one = REQUEST_ID.fullmatch(given) and not LONG_NUMBER.search(given)
    return given if is_one else new_id("req")


def _begin(bodies: BodyReader) -> None:
    g.request_id = request_id(request.headers.get("X-Request-Id", ""))
    g.began = time.perf_counter()
    g.body, g.unread = b"", True
    g.body, g.unread = bodies.read(request), False


def _end(response: Response) -> Response:
    seconds = time.perf_counter() - g.get("began", time.perf_counter())
    route = request.url_rule.rule if request.url_rule else "(none)"
    method = request.method if request.method in METHODS else "other"  # or made-up ones pile up
    REQUESTS.labels(method, route, response.status_code).inc()
    SECONDS.labels(method, route).observe(seconds)
    if g.get("unread") or len(g.get("body", b"")) > MAX_BODY_BYTES:
        response.headers["Connection"] = "close"
    response.headers["X-Request-Id"] = g.get("request_id", "")
    harden(response)
    # The route, never the address: a query string may hold a phone number.
    log.info(
        "request",
        method=request.method,
        route=route,
        status=response.status_code,
        ms=round(seconds * 1000, 1),
        request_id=g.get("request_id"),
    )
    return response


def _metrics() -> Response:
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)
