"""Network ports: is the wanted one free, and which others are free for the run?"""

import errno
import itertools
import os
import socket

from supervisor.errors import CannotStartError

# Below the range from which Linux (32768 up) and macOS (49152 up) take the local ports of outgoing
# connections: a port of ours must still be free when the program that owned it is started again.
_FIRST, _LAST = 20000, 32767
_BLOCK = 16


def ensure_free(host: str, port: int) -> None:
    """Raise CannotStartError when the wallet could not listen there, and say why."""
    try:
        _bind(host, port)
    except socket.gaierror:
        raise CannotStartError(f"WALLET_HOST={host!r} is no address: set 127.0.0.1") from None
    except OSError as error:
        raise CannotStartError(_what_to_do(error, host, port)) from None


def pick_free(count: int, other_than: int) -> list[int]:
    """Return so many different free ports of the loopback address, none of them `other_than`.

    Where the search begins depends on the process id, so two servers that start at the same
    moment look in different places and cannot pick the same port.
    """
    blocks = (_LAST - _FIRST + 1) // _BLOCK
    start = (os.getpid() % blocks) * _BLOCK
    size = blocks * _BLOCK
    candidates = (_FIRST + (start + step) % size for step in range(size))
    suitable = (port for port in candidates if port != other_than and _is_free(port))
    free = list(itertools.islice(suitable, count))
    if len(free) < count:
        raise CannotStartError(f"no free port from {_FIRST} to {_LAST}: end programs that listen")
    return free


def _is_free(port: int) -> bool:
    try:
        _bind("127.0.0.1", port)
    except OSError:
        return False
    return True


def _bind(host: str, port: int) -> None:
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    with socket.socket(family, kind, protocol) as probe:
        # As the programs bind: connections that are closing are no hindrance, a listener is.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)
        probe.listen(1)


def _what_to_do(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is in use: stop what listens there, or set another PORT"
    if error.errno == errno.EACCES:
        return f"port {port} is reserved for root: set a PORT from 1024 up"
    return f"cannot listen on {host} ({error.strerror}): set WALLET_HOST to one of this machine"
