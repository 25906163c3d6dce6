"""The mailbox: an SMTP server that keeps what it is given, and can break off like the other parts.

Its sockets come from a listener like all others; aiosmtpd speaks the protocol on them.
"""

import asyncio
import email
import email.policy
import logging
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import cast

from aiosmtpd.smtp import SMTP, Envelope, Session

from world import faults, messages
from world.books import Books, StaleEpochError, Transaction, new_id
from world.connection import reset_on_close
from world.interference import Interference, Manner
from world.messages import EMAIL, Message
from world.sightings import NO_FACTS
from world.silence import DRIP_SECONDS, HANG_SECONDS, Silence

_LARGEST_MAIL = 1024 * 1024
_LOOK_SECONDS = 0.05
_END_SECONDS = 0.2
_HOST_NAME = "mailbox.invalid"
_ACCEPTED = "250 2.0.0 accepted"
_REFUSED = "554 5.6.0 no mail that can be read"

_log = logging.getLogger(__name__)


class Mailbox:
    """An event loop in a thread of its own, and the mail sessions on it."""

    def __init__(self, books: Books, silence: Silence) -> None:
        self._books = books
        self._silence = silence
        self._thread = threading.Thread(target=self._run, name="mailbox", daemon=True)

    def start(self) -> None:
        """Let sessions be served.

        The loop is made no sooner: a world that cannot take its ports would leave it unclosed.
        """
        self._loop = asyncio.new_event_loop()
        self._thread.start()

    def stop(self) -> None:
        """Break off the sessions that are left."""
        asyncio.run_coroutine_threadsafe(self._end_sessions(), self._loop)
        self._thread.join(_END_SECONDS * 2)

    def serve(self, connection: socket.socket) -> None:
        """Speak SMTP on an accepted connection."""
        connection.setblocking(False)
        epoch, end_of_silence = self._books.epoch, self._silence.begin()
        handler = _Handler(self._books, epoch, end_of_silence)
        made = self._loop.connect_accepted_socket(lambda: self._session(handler), connection)
        asyncio.run_coroutine_threadsafe(made, self._loop)

    async def _end_sessions(self) -> None:
        sessions = asyncio.all_tasks() - {asyncio.current_task()}
        for session in sessions:
            session.cancel()
        if sessions:
            await asyncio.wait(sessions, timeout=_END_SECONDS)
        self._loop.stop()

    def _session(self, handler: "_Handler") -> SMTP:
        return SMTP(
            handler,
            data_size_limit=_LARGEST_MAIL,
            enable_SMTPUTF8=True,
            hostname=_HOST_NAME,
            ident="mailbox",
            loop=self._loop,
        )

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.close()


class _Handler:
    """What happens at the end of a mail's data; aiosmtpd calls it by the method's name."""

    def __init__(self, books: Books, epoch: int, end_of_silence: threading.Event) -> None:
        self._books = books
        self._epoch = epoch
        self._end_of_silence = end_of_silence

    async def handle_DATA(  # noqa: N802 - the name that aiosmtpd looks for
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Keep the mail, disturbed where a fault says so; return the answer to the final dot."""
        try:
            mails = _read(envelope)
        except (LookupError, ValueError):
            _log.info("a mail that cannot be read")
            return _REFUSED
        try:
            found = await asyncio.to_thread(self._receive, mails)
        except StaleEpochError:
            found = Interference(manner=Manner.RESET)
        if await _keep_silent(self._end_of_silence, found.delay_seconds):
            return _break_off(server)
        return await _MANNERS[found.manner](server, self._end_of_silence)

    def _receive(self, mails: list[Message]) -> Interference:
        with self._books.transaction(self._epoch) as tx:
            found = faults.meet(tx, EMAIL, "send", NO_FACTS)
            if found.acts:
                _keep(tx, mails)
        return found


def _keep(tx: Transaction, mails: list[Message]) -> None:
    for mail in mails:
        messages.receive(tx, mail)


async def _keep_silent(end: threading.Event, seconds: float) -> bool:
    """Hold still as `Silence.keep` does, without a thread: the loop's threads are few."""
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0 and not end.is_set():
        await asyncio.sleep(min(left, _LOOK_SECONDS))
    return seconds > 0 and end.is_set()


async def _accept(_server: SMTP, _end: threading.Event) -> str:
    return _ACCEPTED


async def _reset(server: SMTP, _end: threading.Event) -> str:
    return _break_off(server)


async def _hang(server: SMTP, end: threading.Event) -> str:
    await _keep_silent(end, HANG_SECONDS)
    return _break_off(server)


async def _drip(server: SMTP, end: threading.Event) -> str:
    """Send the acceptance byte by byte, and leave its last one to aiosmtpd."""
    for byte in _ACCEPTED[:-1].encode():
        _transport(server).write(bytes((byte,)))
        if await _keep_silent(end, DRIP_SECONDS):
            return _break_off(server)
    return _ACCEPTED[-1]


def _break_off(server: SMTP) -> str:
    """Reset the connection; what is returned for an answer reaches nobody."""
    transport = _transport(server)
    reset_on_close(transport.get_extra_info("socket"))
    transport.abort()
    return _ACCEPTED


def _transport(server: SMTP) -> asyncio.Transport:
    return cast("asyncio.Transport", server.transport)


_MANNERS: Mapping[Manner, Callable[[SMTP, threading.Event], Awaitable[str]]] = {
    Manner.PLAIN: _accept,
    Manner.RESET: _reset,
    Manner.SILENCE: _hang,
    Manner.DRIP: _drip,
}


def _read(envelope: Envelope) -> list[Message]:
    """Return one message per recipient. Raises ValueError or LookupError for what cannot be read."""
    content = cast("bytes", envelope.content)
    mail = email.message_from_bytes(content, policy=email.policy.default)
    part = mail.get_body(("plain",))
    if part is None:
        raise ValueError("a mail without a text")
    body = str(part.get_content()).replace("\r\n", "\n").removesuffix("\n")
    reference = str(mail["Message-ID"] or new_id("mail"))
    return [
        Message(
            channel=EMAIL,
            reference=reference,
            to=to,
            template=str(mail["X-Template"] or ""),
            subject=str(mail["Subject"] or ""),
            body=body,
        )
        for to in envelope.rcpt_tos
    ]
