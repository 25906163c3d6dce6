"""What the sandbox's doors ask of the simulated world, through its control port.

The wallet's own work never comes through here: it knows the world by the addresses of gateway, bank, carrier and mail
server only (app/edges).
"""

import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx2

from app.core.errors import BUSY, NOT_FOUND, VALIDATION_FAILED, FieldProblem, Refusal
from app.core.locale import Text

CONNECT_SECONDS = 1.0
ANSWER_SECONDS = 5.0
RETRY_AFTER_SECONDS = 1

Document = dict[str, Any]


class World:
    """The control port at `url`; every call raises BUSY where it can't be reached.

    Without a URL nothing is simulated: then there is no clock to keep in step and nothing to reset, and whatever
    would have to be read is BUSY.
    """

    def __init__(self, url: str | None) -> None:
        self._url = url
        # Loading the trusted certificates takes 90 ms, and the control port is plain HTTP.
        transport = httpx2.HTTPTransport(
            verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
            trust_env=False,
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=0),
        )
        self._client = httpx2.Client(transport=transport, trust_env=False)

    @property
    def exists(self) -> bool:
        """Whether anything is simulated at all."""
        return self._url is not None

    def set_clock(self, offset_ms: int) -> None:
        """Have its books carry the machine's time plus this offset."""
        if self.exists:
            self._call("PUT", "/clock", body={"offset_seconds": offset_ms / 1000})

    def reset(self) -> None:
        """Empty its books, inbox and faults, and set its clock back."""
        if self.exists:
            self._call("POST", "/reset")

    def messages(self, query: Mapping[str, str], wait_seconds: int) -> list[Document]:
        """What carrier and mailbox received, newest first; waits for the first match."""
        query = {**query, "wait": str(wait_seconds)}
        return self._listing("/messages", query, ANSWER_SECONDS + wait_seconds)

    def forget_messages(self) -> None:
        """Empty the inbox."""
        self._call("DELETE", "/messages")

    def make_fault(self, wish: Mapping[str, Any]) -> Document:
        """Ask for a fault. Raises VALIDATION_FAILED for one that suits nothing."""
        made: Document = self._call("POST", "/faults", body=wish)
        return made

    def faults(self) -> list[Document]:
        """Every fault, used ones too, in the order in which they are tried."""
        return self._listing("/faults")

    def remove_faults(self, fault_id: str | None = None) -> None:
        """Forget one fault or all. Raises NOT_FOUND for one that isn't there."""
        self._call(
            "DELETE", "/faults" if fault_id is None else f"/faults/{quote(fault_id, safe='')}"
        )

    def triggers(self) -> list[Document]:
        """The magic values that the world knows."""
        return self._listing("/triggers")

    def statement(self, card_number: str) -> list[Document]:
        """What the cardholder sees, newest first."""
        return self._listing("/bank-statements", {"card_number": card_number})

    def charges(self, reference: str | None = None) -> list[Document]:
        """The gateway's book, newest first: all of it, or what one reference came to."""
        return self._listing("/charges", {} if reference is None else {"reference": reference})

    def movements(self) -> list[Document]:
        """The bank's book, newest first."""
        return self._listing("/movements")

    def _listing(
        self, path: str, query: Mapping[str, str] | None = None, seconds: float = ANSWER_SECONDS
    ) -> list[Document]:
        data: list[Document] = self._call("GET", path, query=query, seconds=seconds)["data"]
        return data

    def _call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        seconds: float = ANSWER_SECONDS,
    ) -> Any:
        if self._url is None:
            raise _busy()
        limit = httpx2.Timeout(seconds, connect=CONNECT_SECONDS)
        try:
            answer = self._client.request(
                method, self._url.rstrip("/") + path, params=query, json=body, timeout=limit
            )
            document = answer.json() if answer.content else None
        except (httpx2.HTTPError, ValueError):
            raise _busy() from None
        if answer.is_success:
            return document
        raise _refusal(answer.status_code, document)


def _refusal(status: int, document: Any) -> Refusal:
    if status == 404:
        return NOT_FOUND()
    if status == 422 and isinstance(document, dict) and isinstance(document.get("errors"), list):
        return VALIDATION_FAILED(errors=[_problem(error) for error in document["errors"]])
    return _busy()


def _problem(error: Mapping[str, str]) -> FieldProblem:
    said = error["message"]
    said_zh = error.get("message_zh", said)
    return FieldProblem(error["pointer"], "invalid_value", Text(f"取值不被接受：{said_zh}", said))


def _busy() -> Refusal:
    return BUSY(retry_after=RETRY_AFTER_SECONDS)
