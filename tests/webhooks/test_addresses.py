"""Where webhooks may lead: never into the wallet's own network in production."""

import pytest

from app.webhooks.addresses import is_public, is_public_or_own, literal_address, url_problem

PUBLIC = ["93.184.215.14", "8.8.8.8", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"]
OWN = [
    "127.0.0.1",
    "127.255.255.254",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "::1",
    "fd00::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
]
NEVER = [
    "0.0.0.0",
    "0.1.2.3",
    "100.64.0.1",  # shared by carriers, RFC 6598
    "100.100.100.200",  # the metadata of a cloud
    "169.254.169.254",  # the metadata of most clouds
    "169.254.0.1",
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:a9fe:a9fe::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
    "nonsense",
    "",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_internet_may_be_called(address: str) -> None:
    assert is_public(address)
    assert is_public_or_own(address)


@pytest.mark.parametrize("address", OWN)
def test_an_own_address_may_be_called_in_the_sandbox_only(address: str) -> None:
    assert not is_public(address)
    assert is_public_or_own(address)


@pytest.mark.parametrize("address", NEVER)
def test_some_addresses_may_never_be_called(address: str) -> None:
    assert not is_public(address)
    assert not is_public_or_own(address)


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST.",
        "a.localhost",
        "127.1",
        "2130706433",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "127.0.0.1.",
        "::ffff:7f00:1",
        "::1",
    ],
)
def test_loopback_is_known_however_it_is_written(host: str) -> None:
    literal = literal_address(host)
    assert literal is not None
    assert not is_public(literal)
    assert is_public_or_own(literal)


@pytest.mark.parametrize("host", ["example.com", "a.b", "127.0.0.1.example.com", "1.2.3.4.5", "x"])
def test_a_name_is_judged_only_when_it_is_resolved(host: str) -> None:
    assert literal_address(host) is None


@pytest.mark.parametrize(
    ("url", "in_production", "in_sandbox"),
    [
        ("https://hooks.example.com/u-wallet?x=1", None, None),
        ("https://hooks.example.com:8443/", None, None),
        ("https://93.184.215.14/", None, None),
        ("http://hooks.example.com/", "url_not_https", None),
        ("https://127.0.0.1/", "url_address_not_allowed", None),
        ("https://localhost:3000/", "url_address_not_allowed", None),
        ("https://[::1]/", "url_address_not_allowed", None),
        ("https://[::ffff:10.0.0.1]/", "url_address_not_allowed", None),
        ("https://0x7f.1/", "url_address_not_allowed", None),
        ("https://169.254.169.254/", "url_address_not_allowed", "url_address_not_allowed"),
        ("https://[fe80::1]/", "url_address_not_allowed", "url_address_not_allowed"),
        ("https://0/", "url_address_not_allowed", "url_address_not_allowed"),
        ("https://user@example.com/", "url_invalid", "url_invalid"),
        ("https://user:pass@example.com/", "url_invalid", "url_invalid"),
        ("https://:@example.com/", "url_invalid", "url_invalid"),
        ("https://example.com\\@evil.example/", "url_invalid", "url_invalid"),
        ("https://example.com/a b", "url_invalid", "url_invalid"),
        ("https://example.com/\n", "url_invalid", "url_invalid"),
        ("https://例え.jp/", "url_invalid", "url_invalid"),
        ("https://example.com:0/", "url_invalid", "url_invalid"),
        ("https://example.com:65536/", "url_invalid", "url_invalid"),
        ("https://example.com:port/", "url_invalid", "url_invalid"),
        ("https://[::1/", "url_invalid", "url_invalid"),
        ("https:///path", "url_invalid", "url_invalid"),
        ("https:example.com", "url_invalid", "url_invalid"),
        ("//example.com/", "url_invalid", "url_invalid"),
        ("ftp://example.com/", "url_invalid", "url_invalid"),
        ("file:///etc/passwd", "url_invalid", "url_invalid"),
        ("javascript:alert(1)", "url_invalid", "url_invalid"),
        ("example.com", "url_invalid", "url_invalid"),
    ],
)
def test_a_url_is_judged_before_anything_is_sent(
    url: str, in_production: str | None, in_sandbox: str | None
) -> None:
    assert url_problem(url, sandbox=False) == in_production
    assert url_problem(url, sandbox=True) == in_sandbox
