"""Which addresses webhooks may be sent to. Pure rules: nothing is looked up or connected here.

A URL that an admin types makes the wallet connect somewhere, so in production it must not lead into its own network
(contract, section 10). Names are judged by what they resolve to, at each try (`sending.py`); what stands in the URL
literally is judged when the endpoint is made as well.
"""

import re
import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

import httpx2

from app.webhooks.errors import URL_ADDRESS_NOT_ALLOWED, URL_INVALID, URL_NOT_HTTPS

AddressRule = Callable[[str], bool]
"""Whether an IP address, in its text form, may be connected to."""

OWN_NETWORKS: Final = tuple(
    ip_network(text)
    for text in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1", "fc00::/7")
)
"""Loopback and private ones (RFC 1918, RFC 4193): for the sandbox only."""

NEVER: Final = tuple(
    ip_network(text)
    for text in (
        "64:ff9b::/96",  # NAT64, RFC 6052
        "192.88.99.0/24",  # the relays of 6to4, RFC 7526
        "2001::/32",  # Teredo, RFC 4380
        "2002::/16",  # 6to4, RFC 3056
        "fec0::/10",  # site-local, RFC 3879
    )
)
"""Not reserved by Python's tables, yet ways into a network behind a relay, or out of use."""

_PRINTED: Final = re.compile(
    r"[\x21-\x5b\x5d-\x7e]+"
)  # no space, no backslash: parsers differ on them


def is_public(address: str) -> bool:
    """Whether it is an ordinary address of the internet, for production."""
    parsed = _parse(address)
    if parsed is None or any(parsed in network for network in NEVER):
        return False
    return parsed.is_global and not (parsed.is_multicast or parsed.is_reserved)


def is_public_or_own(address: str) -> bool:
    """As `is_public`, with loopback and private networks besides, for the sandbox."""
    parsed = _parse(address)
    if parsed is None:
        return False
    return any(parsed in network for network in OWN_NETWORKS) or is_public(address)


def address_rule(*, sandbox: bool) -> AddressRule:
    """The rule of the environment."""
    return is_public_or_own if sandbox else is_public


def url_problem(url: str, *, sandbox: bool) -> str | None:
    """The field error of a URL that can't be an endpoint's, or None. https alone in production."""
    parsed = _parse_url(url)
    if parsed is None:
        return URL_INVALID
    if parsed.scheme != "https" and not sandbox:
        return URL_NOT_HTTPS
    literal = literal_address(parsed.host)
    if literal is not None and not address_rule(sandbox=sandbox)(literal):
        return URL_ADDRESS_NOT_ALLOWED
    return None


def literal_address(host: str) -> str | None:
    """The address that a host stands for without being looked up, or None for a name.

    `localhost` has one (RFC 6761), and so have `2130706433`, `0x7f.1` and the like, which resolvers read as IPv4.
    """
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return "127.0.0.1"
    try:
        return str(ip_address(name))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(name))
    except (OSError, UnicodeError):
        return None


def _parse_url(url: str) -> httpx2.URL | None:
    """The URL as the HTTP client will read it, where it is one of http(s) with a host and no credentials."""
    if not _PRINTED.fullmatch(url):
        return None
    try:
        parsed = httpx2.URL(url)
        fine = parsed.scheme in ("http", "https") and parsed.host and _is_port(parsed.port)
    except (httpx2.InvalidURL, ValueError):
        return None
    return parsed if fine and not parsed.userinfo and "@" not in parsed.netloc.decode() else None


def _is_port(port: int | None) -> bool:
    return port is None or 0 < port < 65_536


def _parse(address: str) -> IPv4Address | IPv6Address | None:
    """The address; an IPv4 one that is written as IPv6 is judged as what it is."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return None
    if isinstance(parsed, IPv6Address):
        return parsed.ipv4_mapped or parsed
    return parsed
