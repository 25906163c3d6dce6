"""Who is really calling, and by which name: proxies that are believed, hosts that are answered to, what is too long.

Nothing that a caller writes is believed without a setting that says so: `X-Forwarded-For` and `X-Forwarded-Proto` count
from the proxies of WALLET_TRUSTED_PROXIES only, `X-Forwarded-Host` and `Forwarded` never, and in production `Host` must
be a name of WALLET_TRUSTED_HOSTS.
"""

from collections.abc import Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Final
from urllib.parse import urlsplit

from flask import Flask, Request, Response, g, request

from app.core.errors import HOST_NOT_ALLOWED, MALFORMED_REQUEST, NOT_FOUND
from app.core.settings import Settings

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Ours, where the contract is silent: the longest address that old proxies carry, and far more than any app of ours
# sends. What is larger still, or has over 100 fields, is no request yet: the server itself answers it, with a bare 431.
MAX_ADDRESS_BYTES: Final = 8 * 1024
MAX_HEADER_BYTES: Final = 16 * 1024
LOCAL_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})
WILDCARDS: Final = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 - compared, not bound
# Probes know an address, not a name; the two say nothing about anybody.
PROBES: Final = frozenset({"/healthz", "/readyz"})
# RFC 6797; a year and all subdomains, as ASVS 5.0, 3.4.1 asks for.
HSTS: Final = "max-age=31536000; includeSubDomains"


def install_perimeter(app: Flask, settings: Settings) -> None:
    """Judge each request's head before anything else looks at it; install right after the telemetry."""
    proxies = tuple(ip_network(text) for text in settings.trusted_proxies)
    hosts = answered_hosts(settings)

    def look_at_the_head() -> None:
        g.client_address, g.over_tls = _told_by_proxies(request, proxies)
        if _is_too_long(request):
            raise MALFORMED_REQUEST()
        if hosts is not None and request.path not in PROBES and not is_answered(_host(), hosts):
            raise HOST_NOT_ALLOWED()
        if request.environ.get("PATH_INFO", "").startswith("//"):
            raise NOT_FOUND()  # Werkzeug would take the slashes for one, which no proxy's rule for `/v1` does

    def promise_tls(response: Response) -> Response:
        if not settings.sandbox and g.get("over_tls"):
            response.headers["Strict-Transport-Security"] = HSTS
        return response

    app.before_request(look_at_the_head)
    app.after_request(promise_tls)


def answered_hosts(settings: Settings) -> frozenset[str] | None:
    """The names that are answered to; None for any. Production without a setting answers to its own address only."""
    if settings.trusted_hosts:
        return frozenset(settings.trusted_hosts)
    if settings.sandbox:
        return None
    own = settings.host.strip("[]").lower()
    return LOCAL_NAMES if own in WILDCARDS else LOCAL_NAMES | {own}


def is_answered(host: str, answered: frozenset[str]) -> bool:
    """Whether a `Host` (port or not) is a name of the list; `.example.com` there stands for every name below it."""
    name = _name_of(host)
    if name is None:
        return False
    parents = {name[at:] for at, char in enumerate(name) if char == "."}
    return name in answered or not parents.isdisjoint(answered)


def client_address(peer: str | None, forwarded: str, proxies: Sequence[Network]) -> str | None:
    """Who calls: the last address of `X-Forwarded-For` that no trusted proxy has, read from the nearest on.

    Each proxy appends whom it heard from, so what stands left of the first stranger is the stranger's own writing.
    What is no address ends the reading too.
    """
    nearest = _address(peer)
    hops = [hop.strip() for hop in forwarded.split(",")] if forwarded else []
    while nearest is not None and _is_trusted(nearest, proxies) and hops:
        named = _address(hops.pop())
        if named is None:
            break
        nearest = named
    return peer if nearest is None else str(nearest)


def _told_by_proxies(incoming: Request, proxies: Sequence[Network]) -> tuple[str | None, bool]:
    """Who calls, and whether over TLS as far as is known."""
    peer = _address(incoming.remote_addr)
    over_tls = incoming.scheme == "https"
    if peer is None or not _is_trusted(peer, proxies):
        return incoming.remote_addr, over_tls
    told = incoming.headers.get("X-Forwarded-Proto", "").rsplit(",", 1)[-1].strip().lower()
    chain = ",".join(incoming.headers.getlist("X-Forwarded-For"))
    return client_address(incoming.remote_addr, chain, proxies), over_tls or told == "https"


def _is_too_long(incoming: Request) -> bool:
    address = len(incoming.path.encode()) + len(incoming.query_string)
    headers = sum(len(name) + len(value) for name, value in incoming.headers.items())
    return address > MAX_ADDRESS_BYTES or headers > MAX_HEADER_BYTES


def _is_trusted(address: Address, proxies: Sequence[Network]) -> bool:
    return any(address in network for network in proxies)


def _address(text: str | None) -> Address | None:
    """The address; an IPv4 one that came through an IPv6 socket as itself. None for what is none."""
    try:
        address = ip_address(text or "")
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _host() -> str:
    return request.headers.get("Host", "")


def _name_of(host: str) -> str | None:
    try:
        parts = urlsplit(f"//{host}")
        parts.port  # noqa: B018 - raises where it is none
    except ValueError:
        return None
    plain = parts.netloc == host and "@" not in host
    return parts.hostname.rstrip(".") if plain and parts.hostname else None
