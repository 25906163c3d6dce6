"""A client that keeps its connection, as every mobile app does."""

from pathlib import Path

import httpx2

from tests.journeys.server import Server


def test_an_answer_that_did_not_need_the_body_leaves_the_connection_usable(tmp_path: Path) -> None:
    server = Server(tmp_path / "var").start()
    try:
        with httpx2.Client(base_url=server.url, trust_env=False) as client:
            for _ in range(30):
                for method, path in (("POST", "/v1/payments"), ("PUT", "/nowhere")):
                    refused = client.request(method, path, json={"filler": "x" * 5000})
                    assert refused.status_code in {401, 404}
                    assert client.get("/healthz").status_code == 200
            too_large = client.post("/v1/auth/login", content=b"x" * 70_000)
            assert too_large.status_code == 413
            assert client.get("/healthz").status_code == 200
    finally:
        assert server.stop() == 0
