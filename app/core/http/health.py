"""`/healthz`: the process answers. `/readyz`: it can do its work; an edge without a URL is listed, not fatal."""

from collections.abc import Sequence

import sqlalchemy as sa
from flask import Flask, Response
from sqlalchemy.exc import SQLAlchemyError

from app.core import strict_json
from app.core.database import Database


def install_health(
    app: Flask, database: Database, missing_edges: Sequence[str], smtp_listen_port: int | None
) -> None:
    """Serve both; `missing_edges` are the parts of the outside that have no URL.

    `smtp_listen_port` is where support mail comes in, None where nobody listens.
    """

    def healthz() -> Response:
        return _json(200, {"status": "ok"})

    def readyz() -> Response:
        reachable = _reachable(database)
        document = {
            "status": "ready" if reachable else "unavailable",
            "database": "ok" if reachable else "unreachable",
            "edges_without_url": list(missing_edges),
            "smtp_listen_port": smtp_listen_port,
        }
        return _json(200 if reachable else 503, document)

    app.add_url_rule("/healthz", "healthz", healthz)
    app.add_url_rule("/readyz", "readyz", readyz)


def _reachable(database: Database) -> bool:
    try:
        with database.snapshot() as tx:
            tx.execute(sa.select(1))
    except SQLAlchemyError:
        return False
    return True


def _json(status: int, document: object) -> Response:
    response = Response(strict_json.dump(document), status=status, content_type="application/json")
    if status == 503:
        response.headers["Retry-After"] = "1"
    return response
