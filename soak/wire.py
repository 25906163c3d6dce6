"""HTTP as the soak speaks it: one attempt per call, and whatever happens is an answer.

Who tries again, and when, is decided elsewhere.
"""

from collections.abc import Mapping
from typing import Any

import httpx2

from soak.journal import KEPT, Answer

# Longer than any call may take, the gateway's deadline included (contract, section 10).
CALL_SECONDS = 25.0
# Advancing the clock runs whatever has become due on the way.
SLOW_SECONDS = 300.0
_NOTHING: dict[str, Any] = {}


class Wire:
    """One connection to the wallet at a time, kept alive as an app's is; not to be shared by threads."""

    def __init__(self, url: str, seconds: float = CALL_SECONDS) -> None:
        self._http = httpx2.Client(
            base_url=url,
            timeout=seconds,
            trust_env=False,
            headers={"Accept-Language": "en", "User-Agent": "u-wallet-soak"},
        )

    def send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send once. The whole document comes back in the answer; see `brief` for what a journal keeps."""
        try:
            reply = self._http.request(method, path, json=body, headers=dict(headers or {}))
            document = reply.json() if reply.content else _NOTHING
        except (httpx2.HTTPError, ValueError) as error:
            return Answer(None, problem=type(error).__name__)
        return Answer(reply.status_code, document if isinstance(document, dict) else _NOTHING)

    def close(self) -> None:
        """Drop the connection."""
        self._http.close()


def brief(answer: Answer) -> Answer:
    """The answer with only the fields that the judge needs."""
    kept = {name: answer.document[name] for name in KEPT if name in answer.document}
    return Answer(answer.status, kept, answer.problem)
