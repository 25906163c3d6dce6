"""Requests as data, the client that sends them, and the answer to one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

import httpx2

from demo.documents import find

# Longer than the longest call: an inbox that is asked to wait holds up to 30 s (contract, section 9).
_PATIENCE_SECONDS = 45.0


class UnreachableError(Exception):
    """No answer came; the message says what happened instead."""


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request: `body` goes out as JSON, `token` as the bearer."""

    method: str
    path: str
    body: Mapping[str, Any] | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    token: str | None = field(default=None, repr=False)

    @property
    def target(self) -> str:
        """The path with its query, as it goes over the wire."""
        return f"{self.path}?{httpx2.QueryParams(self.query)}" if self.query else self.path


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `document` is None where there was no JSON."""

    status: int
    headers: Mapping[str, str]
    document: Any

    @property
    def title(self) -> str:
        """`201 Created`."""
        known = self.status in set(HTTPStatus)
        return f"{self.status} {HTTPStatus(self.status).phrase}" if known else str(self.status)

    def __getitem__(self, path: str) -> Any:
        """What the document holds at a dotted path. Raises MissingFieldError."""
        return find(self.document, path)


class Client:
    """Speaks to one wallet as an English-speaking iOS app would, and ignores proxies."""

    def __init__(self, url: str) -> None:
        self._http = httpx2.Client(
            base_url=url,
            timeout=_PATIENCE_SECONDS,
            trust_env=False,
            headers={
                "Accept-Language": "en",
                "User-Agent": "u-wallet-demo",
                "X-App-Version": "ios/2.4.0",
                "X-Network-Type": "wifi",
            },
        )

    def send(self, request: Request) -> Answer:
        """Send one request and return what was answered, whatever it is. Raises UnreachableError."""
        headers = dict(request.headers)
        if request.token is not None:
            headers["Authorization"] = f"Bearer {request.token}"
        try:
            response = self._http.request(
                request.method, request.target, json=request.body, headers=headers
            )
        except httpx2.HTTPError as error:
            raise UnreachableError(f"{type(error).__name__}: {error}") from error
        return Answer(response.status_code, response.headers, _document(response))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()


def _document(response: httpx2.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None
