"""Who may knock at the sandbox's doors: programs of this machine. They have no login, so a web page must not.

A page of another site sends its `Origin`; one that turns its own name into our address (DNS rebinding) sends that
name as `Host`. Both must therefore be names that nobody else can have.
"""

import re
from ipaddress import IPv6Address, ip_address

_AUTHORITY = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9.-]{1,253})(:[0-9]{1,5})?")
_ORIGIN = re.compile(r"https?://(?P<authority>[^/?#@]+)")


def is_local_caller(bound_host: str, host: str, origin: str | None) -> bool:
    """Whether `Host` names this machine's loopback or what the server is bound to, and `Origin` does if there is one.

    `bound_host` is WALLET_HOST. Ports don't matter; an opaque origin (`null`) is a foreign one.
    """
    if not _is_local(bound_host, host):
        return False
    if origin is None:
        return True
    parts = _ORIGIN.fullmatch(origin)
    return parts is not None and _is_local(bound_host, parts["authority"])


def _is_local(bound_host: str, authority: str) -> bool:
    parts = _AUTHORITY.fullmatch(authority)
    if parts is None:
        return False
    name = parts["host"].strip("[]").lower()
    return name in ("localhost", bound_host.strip("[]").lower()) or _is_loopback(name)


def _is_loopback(name: str) -> bool:
    try:
        address = ip_address(name)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address.is_loopback
