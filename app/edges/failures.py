"""How an exception on the wire is read: a table for before the first byte left, another for after.

Before, the call certainly did nothing; after, nobody can know (contract, section 4).
"""

import socket
import ssl
from collections.abc import Iterable, Iterator

import httpx2

from app.edges.results import Problem

_Table = tuple[tuple[type[BaseException], Problem], ...]

# The first row that any exception of the chain is an instance of decides.
_NEVER_LEFT: _Table = (
    (socket.gaierror, Problem.DNS_FAILURE),
    (UnicodeError, Problem.DNS_FAILURE),  # a host name that no resolver can be asked for
    (TimeoutError, Problem.CONNECT_TIMEOUT),
    (httpx2.TimeoutException, Problem.CONNECT_TIMEOUT),
    (ConnectionRefusedError, Problem.CONNECTION_REFUSED),
    (ssl.SSLError, Problem.UNAVAILABLE),
    (OSError, Problem.CONNECTION_REFUSED),  # no route and the like: nobody was reached
)
_LEFT: _Table = (
    (TimeoutError, Problem.READ_TIMEOUT),
    (httpx2.TimeoutException, Problem.READ_TIMEOUT),
    (OSError, Problem.CONNECTION_RESET),
    (httpx2.NetworkError, Problem.CONNECTION_RESET),
)


def before_leaving(error: BaseException) -> Problem:
    """Why the request never left."""
    return _first(_NEVER_LEFT, chain(error), Problem.UNAVAILABLE)


def after_leaving(error: BaseException) -> Problem:
    """What became of the answer."""
    if isinstance(error, httpx2.RemoteProtocolError) and _hung_up(error):
        return Problem.CONNECTION_RESET
    return _first(_LEFT, chain(error), Problem.BAD_RESPONSE)


def was_refused(error: BaseException) -> bool:
    """Whether the other side's port was closed, as opposed to other ways of not getting there."""
    return any(isinstance(each, ConnectionRefusedError) for each in chain(error))


def chain(error: BaseException) -> Iterator[BaseException]:
    """The exception, then what it was raised from or while handling, innermost last."""
    current: BaseException | None = error
    while current is not None:
        yield current
        current = current.__cause__ or current.__context__


def _hung_up(error: httpx2.RemoteProtocolError) -> bool:
    """Whether the connection was closed before an answer began.

    The HTTP library has no exception of its own for that: it raises its protocol error without one
    of the HTTP parser's beneath it, which every answer that was begun and is wrong has.
    """
    return not any(type(each).__module__.startswith("h11") for each in chain(error))


def _first(table: _Table, errors: Iterable[BaseException], otherwise: Problem) -> Problem:
    raised = tuple(errors)
    found = (problem for kind, problem in table if any(isinstance(e, kind) for e in raised))
    return next(found, otherwise)
