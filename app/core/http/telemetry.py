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

from app.core.http.decoding import MAX_BODY_BYTES, read_bounded
from app.core.http.headers import harden
from app.core.ids import new_id

METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
REQUEST_ID = re.compile(r"[\x21-\x7e]{1,128}")
REQUESTS = Counter("wallet_http_requests_total", "Requests answered", ("method", "route", "status"))
SECONDS = Histogram("wallet_http_request_seconds", "Time to answer", ("method", "route"))

log = structlog.get_logger("http")


def install_telemetry(app: Flask) -> None:
    """Wrap every request, and serve /metrics."""
    app.before_request(_begin)
    app.after_request(_end)
    app.add_url_rule("/metrics", "metrics", _metrics)


def _begin() -> None:
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if REQUEST_ID.fullmatch(given) else new_id("req")
    g.began = time.perf_counter()
    g.body = read_bounded(request)


def _end(response: Response) -> Response:
    seconds = time.perf_counter() - g.get("began", time.perf_counter())
    route = request.url_rule.rule if request.url_rule else "(none)"
    method = request.method if request.method in METHODS else "other"  # or made-up ones pile up
    REQUESTS.labels(method, route, response.status_code).inc()
    SECONDS.labels(method, route).observe(seconds)
    if len(g.get("body", b"")) > MAX_BODY_BYTES:
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
