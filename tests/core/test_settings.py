"""Settings that can't be used are refused by name, in one line; production refuses what is unsafe."""

from pathlib import Path

import pytest

from app.core.settings import SettingsError, load_settings

LONG = "k3y-of-thirty-two-characters-max"
CALLBACK_SECRETS = ("WALLET_GATEWAY_CALLBACK_SECRET", "WALLET_BANK_CALLBACK_SECRET")


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("PORT", "WALLET_ENV", "WALLET_DATABASE_URL", "FLASK_DEBUG", *CALLBACK_SECRETS):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("WALLET_DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("WALLET_ENV", "prod"),
        ("WALLET_THREADS", "0"),
        ("WALLET_WORKERS", "-1"),
        ("WALLET_TIMEZONE", "Foo/Bar"),
        ("WALLET_DATABASE_URL", "mysql://x/y"),
        ("WALLET_DATABASE_URL", "foo"),
        ("WALLET_GATEWAY_URL", "notaurl"),
        ("WALLET_PASSWORD_POLICY", "lax"),
        ("WALLET_GATEWAY_ROUTES", "mch_x"),
        ("WALLET_GATEWAY_CALLBACK_SECRET", "a-word"),
        ("WALLET_GATEWAY_CALLBACK_SECRET", "whsec_" + "A" * 28),
        ("WALLET_BANK_CALLBACK_SECRET", "whsec_" + "A" * 88),
        ("WALLET_BANK_CALLBACK_SECRET", "whsec_" + "A" * 33),
        ("WALLET_BANK_CALLBACK_SECRET", "whkey_" + "A" * 32),
        ("WALLET_TRUSTED_HOSTS", "*"),
        ("WALLET_TRUSTED_HOSTS", "https://pay.example.com"),
        ("WALLET_TRUSTED_HOSTS", "pay.example.com:443"),
        ("WALLET_TRUSTED_PROXIES", "proxy.example.com"),
        ("WALLET_TRUSTED_PROXIES", "10.0.0.1/8"),
        ("WALLET_TRUSTED_PROXIES", "*"),
    ],
)
def test_a_value_that_can_not_be_used_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert name in str(refused.value)
    assert "\n" not in str(refused.value)


def test_callback_secrets_are_those_of_standard_webhooks(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load_settings()
    assert (settings.gateway_callback_secret, settings.bank_callback_secret) == (None, None)
    shortest, longest = "whsec_" + "A" * 32, "whsec_" + "A" * 86 + "=="
    monkeypatch.setenv("WALLET_GATEWAY_CALLBACK_SECRET", shortest)
    monkeypatch.setenv("WALLET_BANK_CALLBACK_SECRET", longest)
    settings = load_settings()
    assert (settings.gateway_callback_secret, settings.bank_callback_secret) == (shortest, longest)
    assert "whsec_" not in repr(settings)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"WALLET_SECRET_KEY": ""}, "WALLET_SECRET_KEY is missing"),
        ({"WALLET_SECRET_KEY": "short"}, "under 32 characters"),
        ({"WALLET_SECRET_KEY": "changeme"}, "WALLET_SECRET_KEY is a default"),
        ({"WALLET_SECRET_KEY": "change-me" * 5}, "WALLET_SECRET_KEY is a default"),
        ({"WALLET_SECRET_KEY": "Secret Secret Secret Secret Secret"}, "is a default"),
        ({"WALLET_SECRET_KEY": " " * 40}, "WALLET_SECRET_KEY is missing"),
        ({"WALLET_SECRET_KEY": LONG[:20] + " " * 20}, "under 32 characters"),
        ({"FLASK_DEBUG": "1"}, "FLASK_DEBUG is on"),
        ({"FLASK_DEBUG": "2"}, "FLASK_DEBUG is on"),
        ({"WALLET_DEBUG": "true"}, "WALLET_DEBUG is on"),
        ({"WALLET_SANDBOX_DOORS": "enabled"}, "WALLET_SANDBOX_DOORS is on"),
        ({"WALLET_TRUSTED_PROXIES": "0.0.0.0/0"}, "WALLET_TRUSTED_PROXIES believes everybody"),
        ({"WALLET_TRUSTED_PROXIES": "10.0.0.1,::/0"}, "WALLET_TRUSTED_PROXIES believes everybody"),
        (
            {"WALLET_TRUSTED_PROXIES": "0.0.0.0/1,::1,128.0.0.0/2,192.0.0.0/2"},
            "WALLET_TRUSTED_PROXIES believes everybody",
        ),
        ({"WALLET_TRUSTED_PROXIES": "::/1,8000::/1"}, "WALLET_TRUSTED_PROXIES believes everybody"),
        ({"WALLET_GATEWAY_URL": "http://gateway.example"}, "WALLET_GATEWAY_URL is plain http"),
        ({"WALLET_BANK_URL": "http://10.0.0.1:9000"}, "WALLET_BANK_URL is plain http"),
        ({"WALLET_SMS_URL": "http://sms.example"}, "WALLET_SMS_URL is plain http"),
        (
            {"WALLET_GATEWAY_ROUTES": "mch_a=https://a.example,mch_b=http://b.example"},
            "WALLET_GATEWAY_ROUTES is plain http",
        ),
    ],
)
def test_production_refuses_what_is_unsafe_and_says_which(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], said: str
) -> None:
    for name, value in ({"WALLET_ENV": "production", "WALLET_SECRET_KEY": LONG} | settings).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=said):
        load_settings()


def test_production_starts_with_a_long_secret_on_sqlite(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WALLET_ENV", "production")
    monkeypatch.setenv("WALLET_SECRET_KEY", LONG)
    monkeypatch.setenv("FLASK_DEBUG", "")
    settings = load_settings()
    assert not settings.sandbox
    assert settings.address_limits
    assert settings.database_url.startswith("sqlite:///")


@pytest.mark.parametrize(
    "secret",
    [
        "0f" * 2 + "6c1d9e3b7a5842c0f1e2d3b4a596877",
        "correct horse battery staple and more",
        "J7vQm2xN9pRk4tWz8sLc3bHf6yDg5aEu1oViTw==" * 2,
        "J7vQm2xN9pRk4tWz8sLc3bHf6yDg5aEu1oViTw==",
    ],
)
def test_production_starts_with_any_secret_that_is_none_of_these(
    monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    monkeypatch.setenv("WALLET_ENV", "production")
    monkeypatch.setenv("WALLET_SECRET_KEY", secret)
    monkeypatch.setenv("WALLET_TRUSTED_PROXIES", "10.0.0.0/8,0.0.0.0/1,2001:db8::/32")
    assert load_settings().secret_key == secret


def test_production_names_every_weak_setting_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    weak = {
        "WALLET_SECRET_KEY": "short",
        "FLASK_DEBUG": "1",
        "WALLET_BANK_URL": "http://far.example",
    }
    for name, value in ({"WALLET_ENV": "production"} | weak).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert [name for name in weak if name not in str(refused.value)] == []
    assert "short" not in str(refused.value)


def test_production_may_reach_a_neighbour_on_loopback_in_plain(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    near = {
        "WALLET_ENV": "production",
        "WALLET_SECRET_KEY": LONG,
        "WALLET_GATEWAY_URL": "http://127.0.0.1:9000",
        "WALLET_BANK_URL": "http://[::1]:9001",
        "WALLET_SMS_URL": "https://sms.example",
    }
    for name, value in near.items():
        monkeypatch.setenv(name, value)
    assert load_settings().bank_url == "http://[::1]:9001"


def test_hosts_and_proxies_are_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (load_settings().trusted_hosts, load_settings().trusted_proxies) == ((), ())
    monkeypatch.setenv("WALLET_TRUSTED_HOSTS", "Pay.Example.com, .example.net,192.0.2.1,[::1]")
    monkeypatch.setenv("WALLET_TRUSTED_PROXIES", "10.0.0.7, 192.0.2.0/24,2001:db8::/32")
    settings = load_settings()
    assert settings.trusted_hosts == ("pay.example.com", ".example.net", "192.0.2.1", "::1")
    assert settings.trusted_proxies == ("10.0.0.7/32", "192.0.2.0/24", "2001:db8::/32")
