"""Carries callbacks to the wallet: one thread, signed by Standard Webhooks, at least once each.

What is to be told, and when again, is in callbacks.py.
"""

import base64
import hashlib
import hmac
import http.client
import logging
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from world import callbacks
from world.books import Books, StaleEpochError, Transaction
from world.callbacks import Callback

_ANSWER_SECONDS = 5.0
_END_SECONDS = 0.2
_CONNECTIONS = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where callbacks go: to `url`/`target`, each target's signed with its own secret key."""

    url: str
    keys: Mapping[str, bytes] = field(repr=False)


class Postman:
    """Queues callbacks in the transactions of others, and delivers them one after the other.

    Without a receiver, or a key of the target, nothing is queued.
    """

    def __init__(self, books: Books, receiver: Receiver | None) -> None:
        self._books = books
        self._receiver = receiver or Receiver("", {})
        self._woken = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="postman", daemon=True)

    def start(self) -> None:
        """Deliver, beginning with what an earlier run could not."""
        if self._receiver.keys:
            self._thread.start()

    def stop(self) -> None:
        """Deliver no more; what is left waits for the next start."""
        self._stopping = True
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join(_END_SECONDS)

    def take(
        self, tx: Transaction, target: str, event: str, data: Mapping[str, Any], *, copies: int
    ) -> None:
        """Queue an event in the transaction that made it. It leaves when `wake` is called."""
        if target in self._receiver.keys:
            callbacks.queue(tx, target, event, data, copies=copies, due_at=time.time())

    def wake(self) -> None:
        """Something was queued, and its own answer has gone out."""
        self._woken.set()

    def _run(self) -> None:
        with suppress(StaleEpochError):  # the books are closed: the world ends
            while not self._stopping:
                self._woken.clear()
                self._deliver_due()

    def _deliver_due(self) -> None:
        """Deliver what is due now, then wait until something else may be."""
        while not self._stopping:
            with self._books.reading() as tx:
                callback, now = callbacks.next_due(tx), tx.now
            pause = None if callback is None else max(callback.due_at - time.time(), 0.0)
            if callback is None or pause:
                self._woken.wait(pause)
                return
            self._deliver(callback, now)

    def _deliver(self, callback: Callback, now: str) -> None:
        arrived = self._send(callback, now)
        with self._books.transaction() as tx:
            if arrived:
                callbacks.delivered(tx, callback)
            else:
                callbacks.failed(tx, callback, time.time())

    def _send(self, callback: Callback, now: str) -> bool:
        key = self._receiver.keys.get(callback.target)
        if key is None:  # an earlier run had one
            return False
        url = urlsplit(f"{self._receiver.url}/{callback.target}")
        headers = _signed(callback, now, key) | {"Content-Type": "application/json"}
        try:
            connection = _CONNECTIONS[url.scheme](url.netloc, timeout=_ANSWER_SECONDS)
            try:
                connection.request("POST", url.path, callback.body.encode(), headers)
                status: int = connection.getresponse().status
            finally:
                connection.close()
        except (OSError, http.client.HTTPException) as error:
            _log.info("callback %s has not arrived: %s", callback.id, error)
            return False
        return 200 <= status < 300


def _signed(callback: Callback, now: str, key: bytes) -> dict[str, str]:
    """Return the headers of Standard Webhooks; the moment is that of this try, in virtual time.

    See https://www.standardwebhooks.com, "Signature scheme".
    """
    timestamp = str(int(datetime.fromisoformat(now).timestamp()))
    signed = f"{callback.id}.{timestamp}.{callback.body}".encode()
    signature = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    return {
        "webhook-id": callback.id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{signature}",
    }
