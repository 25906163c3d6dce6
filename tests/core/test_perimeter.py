"""Who is believed about the caller's address, which names are answered to, and what is too long."""

from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from app.auth.hashing import PasswordHasher
from app.core.http.perimeter import HSTS, client_address, is_answered
from app.factory import create_wallet
from tests.client import Answer, Client
from tests.conftest import Outside, test_settings
from tests.databases import Databases

PROXIES = [ip_network("10.0.0.0/8"), ip_network("2001:db8::/32")]
CHECKS = "/v1/auth/password-checks"
ON_SQLITE = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
"""No statement depends on what is judged here."""


@contextmanager
def wallet_with(
    databases: Databases, outside: Outside, hasher: PasswordHasher, folder: Path, **settings: Any
) -> Iterator[Client]:
    with databases.fresh("sqlite") as url:
        wired = create_wallet(
            test_settings(url, folder, **settings), edges=outside.edges(), hasher=hasher
        )
        yield Client(wired.app.test_client())
        wired.close()


@pytest.fixture
def behind_a_proxy(
    databases: Databases, outside: Outside, hasher: PasswordHasher, tmp_path: Path
) -> Iterator[Client]:
    """Production, with limits per address, one trusted proxy and one name."""
    with wallet_with(
        databases,
        outside,
        hasher,
        tmp_path,
        environment="production",
        address_limits=True,
        simulated_edges=(),
        trusted_proxies=("10.0.0.0/8",),
        trusted_hosts=("pay.example.com", ".example.net"),
    ) as client:
        yield client.with_headers(Host="pay.example.com")


@pytest.mark.parametrize(
    ("peer", "forwarded", "caller"),
    [
        ("192.0.2.1", "", "192.0.2.1"),
        ("192.0.2.1", "203.0.113.9", "192.0.2.1"),
        ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "203.0.113.9, 10.0.0.2", "203.0.113.9"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "203.0.113.9, nonsense", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.9, , 10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", "203.0.113.9:4711", "10.0.0.1"),
        ("::ffff:10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("2001:db8::1", "2001:db9::9", "2001:db9::9"),
        ("10.0.0.1", "١٠.0.0.1", "10.0.0.1"),
        ("", "203.0.113.9", ""),
        (None, "203.0.113.9", None),
    ],
)
def test_a_forwarded_address_is_believed_from_trusted_proxies_only(
    peer: str | None, forwarded: str, caller: str | None
) -> None:
    assert client_address(peer, forwarded, PROXIES) == caller


def password_check(client: Client, peer: str, **headers: str) -> Answer:
    spoken = client.headers | headers
    response = client.flask.post(
        CHECKS, json={"password": "x"}, headers=spoken, environ_base={"REMOTE_ADDR": peer}
    )
    return Answer(response)


def test_a_forged_x_forwarded_for_frees_nobody_of_a_limit(behind_a_proxy: Client) -> None:
    last = [
        password_check(behind_a_proxy, "192.0.2.1", **{"X-Forwarded-For": f"198.51.100.{n % 250}"})
        for n in range(301)
    ][-1]
    assert (last.status, last.code) == (429, "rate_limited")
    other = password_check(behind_a_proxy, "10.0.0.1", **{"X-Forwarded-For": "198.51.100.1"})
    assert other.status == 200


@pytest.mark.parametrize("host", ["pay.example.com", "PAY.example.com:443", "eu.example.net"])
def test_the_listed_names_are_answered_to(behind_a_proxy: Client, host: str) -> None:
    assert behind_a_proxy.with_headers(Host=host).get("/v1/system-status").status == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "example.net",
        "pay.example.com.evil.example",
        "evil@pay.example.com",
        "pay.example.com:x",
        "pay.example.com/x",
        "a b",
        "[::1",
        "localhost",
        "127.0.0.1:8000",
        "",
    ],
)
def test_a_foreign_host_is_misdirected_in_production(behind_a_proxy: Client, host: str) -> None:
    answer = behind_a_proxy.with_headers(Host=host).get("/v1/system-status")
    assert (answer.status, answer.code) == (421, "host_not_allowed")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer["request_id"] == answer.headers["X-Request-Id"]


def test_x_forwarded_host_is_never_believed(behind_a_proxy: Client) -> None:
    asked = behind_a_proxy.with_headers(
        Host="evil.example", X_Forwarded_Host="pay.example.com", Forwarded="host=pay.example.com"
    ).get("/v1/system-status")
    assert asked.status == 421


def test_probes_may_come_by_any_name(behind_a_proxy: Client) -> None:
    prober = behind_a_proxy.with_headers(Host="10.1.2.3:8000")
    assert [prober.get(path).status for path in ("/healthz", "/readyz")] == [200, 200]
    assert prober.get("/metrics").status == 421


def test_production_without_names_answers_to_its_own_address_only(
    databases: Databases, outside: Outside, hasher: PasswordHasher, tmp_path: Path
) -> None:
    own = {"environment": "production", "simulated_edges": (), "host": "192.0.2.7"}
    with wallet_with(databases, outside, hasher, tmp_path, **own) as client:
        asked = {
            host: client.with_headers(Host=host).get("/v1/system-status").status
            for host in ("192.0.2.7:8000", "localhost:8000", "127.0.0.1", "[::1]:8", "evil.example")
        }
    assert list(asked.values()) == [200, 200, 200, 200, 421]


@ON_SQLITE
def test_the_sandbox_answers_to_any_name_unless_it_has_a_list(client: Client) -> None:
    assert client.with_headers(Host="anything.example").get("/v1/system-status").status == 200


@pytest.mark.parametrize(
    ("host", "answered"),
    [
        ("a.b.c", True),
        ("b.c", False),
        ("x.y", True),
        ("z.x.y", False),
        ("x.y.", True),
        ("c", False),
    ],
)
def test_a_dot_in_front_stands_for_every_name_below(host: str, answered: bool) -> None:
    assert is_answered(host, frozenset({".b.c", "x.y"})) is answered


@pytest.mark.parametrize(
    ("peer", "protocol", "promised"),
    [
        ("10.0.0.1", "https", HSTS),
        ("10.0.0.1", "http, https", HSTS),
        ("10.0.0.1", "https, http", None),
        ("10.0.0.1", "http", None),
        ("192.0.2.1", "https", None),
    ],
)
def test_tls_is_promised_for_a_year_where_a_trusted_proxy_speaks_it(
    behind_a_proxy: Client, peer: str, protocol: str, promised: str | None
) -> None:
    for path in ("/v1/system-status", "/v1/me", "/nowhere"):
        answer = behind_a_proxy.flask.get(
            path,
            headers=behind_a_proxy.headers | {"X-Forwarded-Proto": protocol},
            environ_base={"REMOTE_ADDR": peer},
        )
        assert answer.headers.get("Strict-Transport-Security") == promised
    assert HSTS == "max-age=31536000; includeSubDomains"


@ON_SQLITE
@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/v1/payments/" + "x" * 9_000, {}),
        ("/v1/payments?status=" + "x" * 9_000, {}),
        ("/" + "%F0%9F%92%B0" * 2_100, {}),
        ("/v1/me", {"X-Anything": "x" * 17_000}),
        ("/v1/me", {"Authorization": "Bearer " + "x" * 17_000}),
        ("/v1/me", {f"X-{number}": "x" * 200 for number in range(100)}),
        ("/nowhere", {"X-Anything": "x" * 17_000}),
    ],
)
def test_a_head_that_is_too_long_is_malformed(
    client: Client, path: str, headers: dict[str, str]
) -> None:
    answer = Answer(client.flask.get(path, headers=client.headers | headers))
    assert (answer.status, answer.code) == (400, "malformed_request")


@ON_SQLITE
def test_a_head_of_ordinary_length_is_taken(client: Client) -> None:
    long = client.with_headers(X_Trace="x" * 12_000)
    assert long.get("/v1/support/faqs", q="x" * 60).status == 200
