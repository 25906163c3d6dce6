"""One HTTP request as the world reads it off a socket. What is done with it is told elsewhere."""

import json
import socket
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

LONGEST_HEAD = 16 * 1024
LONGEST_BODY = 64 * 1024
READ_SECONDS = 10.0
_CHUNK = 16 * 1024


@dataclass(frozen=True, slots=True)
class Request:
    """Method, path, query (the last value of a name counts) and the JSON body, None where empty."""

    method: str
    path: str
    query: dict[str, str]
    body: Any


class BadRequestError(Exception):
    """No request that could be understood: an HTTP status and a code say why."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


class HungUpError(Exception):
    """The other side went away before its request was whole."""


def read_request(connection: socket.socket) -> Request:
    """Read one request, in READ_SECONDS at most. Raises BadRequestError, HungUpError."""
    deadline = time.monotonic() + READ_SECONDS
    head, begun = _read_head(connection, deadline)
    method, target, headers = _parse_head(head)
    if "transfer-encoding" in headers:
        raise BadRequestError(411, "length_required")
    length = _length(headers.get("content-length", "0"))
    body = begun + _read_exactly(connection, length - len(begun), deadline)
    try:
        url = urlsplit(target)
        query = dict(parse_qsl(url.query, keep_blank_values=True, errors="strict"))
    except ValueError as error:
        raise BadRequestError(400, "malformed_request") from error
    return Request(method, url.path, query, _parse_json(body[:length]))


def _read_head(connection: socket.socket, deadline: float) -> tuple[bytes, bytes]:
    data = b""
    while b"\r\n\r\n" not in data:
        if len(data) > LONGEST_HEAD:
            raise BadRequestError(431, "headers_too_large")
        data += _receive(connection, _CHUNK, deadline)
    head, _, begun = data.partition(b"\r\n\r\n")
    return head, begun


def _read_exactly(connection: socket.socket, count: int, deadline: float) -> bytes:
    data = bytearray()
    while len(data) < count:
        data += _receive(connection, min(_CHUNK, count - len(data)), deadline)
    return bytes(data)


def _receive(connection: socket.socket, count: int, deadline: float) -> bytes:
    connection.settimeout(max(deadline - time.monotonic(), 0.001))
    try:
        data = connection.recv(count)
    except OSError as error:
        raise HungUpError from error
    if not data:
        raise HungUpError
    return data


def _parse_head(head: bytes) -> tuple[str, str, dict[str, str]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    words = first.split(" ")
    pairs = [line.partition(":") for line in lines]
    if len(words) != 3 or not words[2].startswith("HTTP/1.") or not all(p[1] for p in pairs):
        raise BadRequestError(400, "malformed_request")
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    return words[0], words[1], headers


def _length(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise BadRequestError(400, "malformed_request")
    # Compared by its digits first: a number of thousands of digits is refused by int() itself.
    if len(text) > len(str(LONGEST_BODY)) or int(text) > LONGEST_BODY:
        raise BadRequestError(413, "body_too_large")
    return int(text)


def _parse_json(body: bytes) -> Any:
    if not body:
        return None
    try:
        return json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BadRequestError(400, "malformed_json") from error


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
