"""Ports at which nobody ever answers, kept from the world's start to its end, whatever is reset.

The wallet is told to charge for some merchants there, and so meets a network that fails: no fault
is asked for, and the parts' own ports stay as they are.
"""

import socket
from collections.abc import Callable, Mapping

_ACCEPT_QUEUE = 1
# More than the shortest queue holds anywhere (Linux lets one more in than it is told). Those that
# find it full wait behind it, and give up after two minutes.
_CALLERS = 8


class DeadPort:
    """A port and the sockets that keep it dead."""

    def __init__(self, keeper: socket.socket, callers: tuple[socket.socket, ...] = ()) -> None:
        self._sockets = (keeper, *callers)
        self.host, self.port = keeper.getsockname()[:2]

    def close(self) -> None:
        """Let the port go."""
        for each in self._sockets:
            each.close()


def take(kind: str, host: str, port: int) -> DeadPort:
    """Take a port (0: any free one) that is `refusing` or `silent`. Raises OSError."""
    return _KINDS[kind](host, port)


def _refusing(host: str, port: int) -> DeadPort:
    """A port that is bound and does not listen: the kernel refuses each connection.

    Without SO_REUSEADDR, which would let another program listen on the same port.
    """
    return DeadPort(_bound(host, port, reuse=False))


def _silent(host: str, port: int) -> DeadPort:
    """A port that listens with a full queue: the kernel drops each connection's first packet.

    Nobody ever accepts, so the queue stays full of our own connections. None is waited for: a later
    connection comes after them.
    """
    listening = _bound(host, port, reuse=True)
    listening.listen(_ACCEPT_QUEUE)
    return DeadPort(listening, tuple(_caller(listening) for _ in range(_CALLERS)))


def _caller(listening: socket.socket) -> socket.socket:
    caller = socket.socket(listening.family, socket.SOCK_STREAM)
    caller.setblocking(False)
    caller.connect_ex(listening.getsockname())
    return caller


def _bound(host: str, port: int, *, reuse: bool) -> socket.socket:
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(reuse))
        bound.bind((host, port))
    except BaseException:
        bound.close()
        raise
    return bound


_KINDS: Mapping[str, Callable[[str, int], DeadPort]] = {"refusing": _refusing, "silent": _silent}
