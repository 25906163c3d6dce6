"""Network addresses as limits count them. Which address a call comes from is core.http.perimeter's business."""

from ipaddress import IPv6Address, ip_address
from typing import Final

UNKNOWN_ADDRESS: Final = "unknown"
_HOST_BITS: Final = 64
"""Of an IPv6 address the half that its owner chooses at will: a line is given a /64 at least (RFC 6177)."""


def counted_address(address: str | None) -> str:
    """What stands for `address` where calls are counted: an IPv4 address, an IPv6 /64, or `unknown`.

    >>> counted_address("2001:db8:0:1:aaaa::1"), counted_address("::ffff:192.0.2.1")
    ('2001:db8:0:1::/64', '192.0.2.1')
    """
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return address or UNKNOWN_ADDRESS
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return f"{IPv6Address(int(parsed) >> _HOST_BITS << _HOST_BITS)}/{_HOST_BITS}"
