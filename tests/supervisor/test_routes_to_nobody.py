"""Where a server's wallet is sent for the merchants whose gateway is out of reach."""

import socket

import pytest

from supervisor.wallet import NO_HOST
from tests.supervisor.house import House


def test_the_wallet_is_routed_to_the_ports_that_the_world_keeps_dead(house: House) -> None:
    server = house.start()
    server.ready_url()
    world = server.environment_of("world.__main__")
    routes = server.environment_of("app.serve")["WALLET_GATEWAY_ROUTES"].split(",")
    assert dict(route.split("=") for route in routes) == {
        "mch_test_dns_failure": f"http://{NO_HOST}:80",
        "mch_test_connection_refused": f"http://127.0.0.1:{world['WORLD_REFUSING_PORT']}",
        "mch_test_connect_timeout": f"http://127.0.0.1:{world['WORLD_SILENT_PORT']}",
    }


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("WALLET_GATEWAY_URL", "https://gateway.example"),
        ("WALLET_GATEWAY_ROUTES", "mch_far=https://far.example"),
    ],
)
def test_who_has_a_gateway_or_routes_of_their_own_gets_none(
    house: House, setting: str, value: str
) -> None:
    server = house.start(**{setting: value})
    server.ready_url()
    wallet = server.environment_of("app.serve")
    assert wallet[setting] == value
    assert "mch_test" not in wallet.get("WALLET_GATEWAY_ROUTES", "")
    assert not {"WORLD_REFUSING_PORT", "WORLD_SILENT_PORT"} & set(
        server.environment_of("world.__main__")
    )


def test_production_is_routed_nowhere(house: House) -> None:
    server = house.start(WALLET_ENV="production")
    server.ready_url()
    assert "WALLET_GATEWAY_ROUTES" not in server.environment_of("app.serve")


def test_the_host_that_is_none_is_refused_before_anybody_is_asked() -> None:
    with pytest.raises(UnicodeError):  # a resolver's answer would be a gaierror
        socket.getaddrinfo(NO_HOST, 80)
