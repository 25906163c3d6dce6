"""What wallet and world are told, so that the one believes the other's callbacks and no one else's."""

import base64

import pytest

from tests.supervisor.house import House

SETTINGS = {
    "WALLET_GATEWAY_CALLBACK_SECRET": "WORLD_GATEWAY_CALLBACK_SECRET",
    "WALLET_BANK_CALLBACK_SECRET": "WORLD_BANK_CALLBACK_SECRET",
}
OWN = "whsec_" + base64.b64encode(b"o" * 32).decode()


def test_both_sides_share_secrets_that_outlast_a_restart_and_tell_nothing(house: House) -> None:
    seen = []
    for _ in range(2):
        server = house.start()
        url = server.ready_url()
        wallet = server.environment_of("app.serve")
        world = server.environment_of("world.__main__")
        assert world["WORLD_CALLBACK_URL"] == f"{url}/callbacks"
        shared = [wallet[name] for name in SETTINGS]
        assert shared == [world[name] for name in SETTINGS.values()]
        assert shared == [server.environment_of("app.worker")[name] for name in SETTINGS]
        seen.append(shared)
        server.stop()
    assert seen[0] == seen[1]
    assert len(set(seen[0])) == 2
    for secret in seen[0]:
        assert secret.startswith("whsec_")
        assert len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) == 32
    assert not any(name.startswith("WORLD_") for name in wallet)
    assert {name for name in world if name.startswith("WALLET_")} == {"WALLET_SERVER_RUN"}


def test_a_secret_that_is_set_is_shared_as_it_is(house: House) -> None:
    server = house.start(WALLET_BANK_CALLBACK_SECRET=OWN)
    server.ready_url()
    wallet = server.environment_of("app.serve")
    world = server.environment_of("world.__main__")
    assert wallet["WALLET_BANK_CALLBACK_SECRET"] == world["WORLD_BANK_CALLBACK_SECRET"] == OWN
    assert wallet["WALLET_GATEWAY_CALLBACK_SECRET"] == world["WORLD_GATEWAY_CALLBACK_SECRET"] != OWN


def test_the_secret_of_a_sender_that_is_not_simulated_is_nobodys_to_make(house: House) -> None:
    server = house.start(WALLET_GATEWAY_URL="https://gateway.example")
    server.ready_url()
    assert "WALLET_GATEWAY_CALLBACK_SECRET" not in server.environment_of("app.serve")
    assert "WORLD_GATEWAY_CALLBACK_SECRET" not in server.environment_of("world.__main__")


@pytest.mark.parametrize("given", [{}, {"WALLET_BANK_CALLBACK_SECRET": OWN}])
def test_production_has_only_the_secrets_that_are_set(house: House, given: dict[str, str]) -> None:
    server = house.start(WALLET_ENV="production", **given)
    server.ready_url()
    wallet = server.environment_of("app.serve")
    assert {name: wallet[name] for name in SETTINGS if name in wallet} == given
