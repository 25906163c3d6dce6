"""The setting of the gateway's routes, read from text."""

import pytest

from app.core.settings import SettingsError, load_settings


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("bare"))  # no .env
    monkeypatch.delenv("WALLET_GATEWAY_ROUTES", raising=False)


def test_there_are_no_routes_unless_set() -> None:
    assert load_settings().gateway_routes == {}


def test_routes_are_base_urls_by_merchant(monkeypatch: pytest.MonkeyPatch) -> None:
    routes = " mch_one=https://one.example/api , mch_two=http://127.0.0.1:9?a=b"
    monkeypatch.setenv("WALLET_GATEWAY_ROUTES", routes)
    assert load_settings().gateway_routes == {
        "mch_one": "https://one.example/api",
        "mch_two": "http://127.0.0.1:9?a=b",
    }


@pytest.mark.parametrize(
    "entry",
    [
        "",
        "mch_two",
        "=http://two.example",
        "mch_two=",
        "mch_two=two.example",
        "mch_two=ftp://two.example",
        "mch_two=http://",
        "mch_two=http://two.example:port",
        "mch_two=http://[::1",
        "mch_one=http://two.example",
    ],
)
def test_malformed_routes_are_refused_in_one_line(
    monkeypatch: pytest.MonkeyPatch, entry: str
) -> None:
    monkeypatch.setenv("WALLET_GATEWAY_ROUTES", f"mch_one=https://user:pass@one.example,{entry}")
    with pytest.raises(SettingsError) as refused:
        load_settings()
    said = str(refused.value)
    assert "WALLET_GATEWAY_ROUTES" in said
    assert "entry 2" in said
    assert "\n" not in said
    assert "pass" not in said
