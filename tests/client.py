"""An HTTP client for tests: JSON in and out, a bearer token, an idempotency key for every POST that wants one."""

import uuid
from dataclasses import dataclass, field, replace
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


@dataclass(frozen=True)
class Answer:
    """A response: `status`, the decoded `body`, and `headers`."""

    response: TestResponse

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def body(self) -> Any:
        return self.response.get_json(force=True) if self.response.data else None

    @property
    def raw(self) -> bytes:
        return self.response.data

    @property
    def headers(self) -> Any:
        return self.response.headers

    @property
    def code(self) -> str:
        """The problem's stable code."""
        return str(self.body["code"])

    def __getitem__(self, name: str) -> Any:
        return self.body[name]


@dataclass(frozen=True)
class Client:
    """Speaks for one caller; `as_bearer` gives a client for another."""

    flask: FlaskClient
    headers: dict[str, str] = field(default_factory=lambda: {"Accept-Language": "en"})

    def as_bearer(self, token: str) -> "Client":
        return self.with_headers(Authorization=f"Bearer {token}")

    def with_headers(self, **headers: str) -> "Client":
        """`X_App_Version="ios/1.0"` is sent as `X-App-Version`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return replace(self, headers=self.headers | named)

    def get(self, path: str, **query: Any) -> Answer:
        return self._call("GET", path, query_string=query or None)

    def post(self, path: str, body: Any = None, *, key: str | None = "fresh") -> Answer:
        """POST a JSON body; a fresh Idempotency-Key unless `key` names one or is None."""
        headers = {} if key is None else {"Idempotency-Key": _key(key)}
        return self._call("POST", path, json=body, headers=headers)

    def put(self, path: str, body: Any) -> Answer:
        return self._call("PUT", path, json=body)

    def patch(self, path: str, body: Any) -> Answer:
        return self._call("PATCH", path, json=body)

    def delete(self, path: str, body: Any = None) -> Answer:
        return self._call("DELETE", path, json=body)

    def _call(self, method: str, path: str, **options: Any) -> Answer:
        headers = self.headers | options.pop("headers", {})
        if options.get("json") is None:
            options.pop("json", None)
        response = self.flask.open(path, method=method, headers=headers, **options)
        if response.mimetype == "text/event-stream":
            # A stream may never end: its beginning has to do, and then the client has gone.
            stream = response.response
            response.response = [next(iter(stream), b"")]
            stream.close()  # type: ignore[union-attr]
        response.make_sequence()
        response.close()
        return Answer(response)


def _key(key: str) -> str:
    return uuid.uuid4().hex if key == "fresh" else key
