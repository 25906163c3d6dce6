"""The whole server while its database is away, also one that is started again meanwhile."""

import os
import signal
from pathlib import Path

import httpx2

from tests.journeys.server import Server, User, until
from tests.journeys.test_restarts import pid_of
from tests.outages import own_postgres, stopping


def test_a_server_whose_database_is_away_says_so_and_goes_on_when_it_is_back(
    tmp_path: Path,
) -> None:
    with own_postgres() as postgres:
        server = Server(tmp_path / "var", {"WALLET_DATABASE_URL": postgres.url()}).start()
        try:
            user = server.user()
            with stopping(postgres).now():
                assert_away(server, user)
                os.kill(pid_of("app.serve", server.process.pid), signal.SIGKILL)
                until(lambda: answers(server, "/healthz"))
                assert_away(server, user)
            until(lambda: server.call("GET", "/readyz").status_code == 200)
            assert user.pay(key="k1").json()["status"] == "succeeded"
            assert user.wallet()["total"] == 99_000
            assert server.wrong_invariants() == []
        finally:
            server.stop()


def assert_away(server: Server, user: User) -> None:
    assert server.call("GET", "/healthz").status_code == 200
    assert server.call("GET", "/readyz").status_code == 503
    refused = user.pay(key="k1")
    assert (refused.status_code, refused.json()["code"]) == (503, "busy")
    assert int(refused.headers["Retry-After"]) >= 1


def answers(server: Server, path: str) -> bool:
    try:
        return server.call("GET", path).status_code == 200
    except httpx2.TransportError:
        return False
