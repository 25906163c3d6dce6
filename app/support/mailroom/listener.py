"""The SMTP server that takes support mail, on an event loop in a thread of its own. aiosmtpd speaks the protocol.

It takes mail for support's own address only, signed or plain, and answers 250 once a mail is in the database. What
becomes of it is a job's work; nothing in here looks into a mail.
"""

import asyncio
import contextlib
import logging
import re
import socket
import threading
from collections.abc import Iterator
from typing import Any, Final

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session

from app.core.database import SandboxWasResetError, is_database_trouble
from app.support.dependencies import SupportDependencies
from app.support.mailroom.operations.note_refused_mail import note_refused_mail
from app.support.mailroom.operations.receive_mail import receive_mail
from app.support.mailroom.rules import (
    LARGEST_FLOOD,
    LARGEST_MAIL,
    MOST_RECIPIENTS,
    MOST_SESSIONS,
    SESSION_SECONDS,
    SUPPORT_DOMAIN,
    SUPPORT_LOCAL,
    MailPortError,
)

_OURS: Final = re.compile(
    rf"{re.escape(SUPPORT_LOCAL)}(?:\+[^@\s]{{0,64}})?@{re.escape(SUPPORT_DOMAIN)}", re.IGNORECASE
)
_ACCEPTED: Final = "250 2.0.0 kept"
_NOT_HERE: Final = "550 5.1.1 no such mailbox"
_TOO_MANY_RECIPIENTS: Final = "452 4.5.3 too many recipients"
_TRY_LATER: Final = "451 4.3.0 try again later"
_TOO_BIG: Final = b"552 5.3.4 message too big\r\n"
_BUSY: Final = b"421 4.3.2 too many sessions, try again later\r\n"
_REFUSED_AS_TOO_BIG: Final = "552"
"""With which aiosmtpd answers a size that is announced or reached, and nothing else."""
_NAMED_SENDER: Final = re.compile(r"<[^<>]{0,256}>")
_NULL_SENDER: Final = "<>"
_BACKLOG: Final = 64
_STOP_SECONDS: Final = 5.0

log = structlog.get_logger(__name__)


@contextlib.contextmanager
def listening(deps: SupportDependencies, host: str, port: int) -> Iterator[int]:
    """Take mail while the block runs; gives the port, a free one for 0. Raises MailPortError where it is taken.

    Who connects before the loop runs waits in the queue of the socket.
    """
    with _bound(host, port) as bound:
        server = _Server(deps, bound)
        server.thread.start()
        try:
            yield bound.getsockname()[1]
        finally:
            server.stop()


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError as problem:
        listener.close()
        raise MailPortError(f"WALLET_SMTP_LISTEN_PORT={port}: {problem.strerror}") from None
    return listener


class _Server:
    """The loop, its thread and the sessions on it."""

    def __init__(self, deps: SupportDependencies, bound: socket.socket) -> None:
        self._handler = _Handler(deps)
        self._bound = bound
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self.thread = threading.Thread(target=self._run, name="mailroom", daemon=True)
        # Its own lines would quote addresses.
        logging.getLogger("mail.log").setLevel(logging.CRITICAL)

    def stop(self) -> None:
        """End the sessions; a mail that is being kept is kept first."""
        self._loop.call_soon_threadsafe(self._stopping.set)
        self.thread.join(_STOP_SECONDS * 2)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()

    async def _serve(self) -> None:
        server = await self._loop.create_server(self._session, sock=self._bound)
        await self._stopping.wait()
        server.close()
        await self._handler.finish()
        sessions = asyncio.all_tasks() - {asyncio.current_task()}
        for session in sessions:
            session.cancel()
        if sessions:
            await asyncio.wait(sessions, timeout=_STOP_SECONDS)

    def _session(self) -> "_Session":
        return _Session(self._handler, self._loop)


class _Handler:
    """What mail is taken, and keeping it; aiosmtpd calls the methods by their names."""

    def __init__(self, deps: SupportDependencies) -> None:
        self._deps = deps
        self._keeping: set[asyncio.Future[Any]] = set()
        self.sessions = 0

    async def finish(self) -> None:
        """Wait until what is being kept or noted is."""
        if self._keeping:
            await asyncio.wait(self._keeping, timeout=_STOP_SECONDS)

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd looks for
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        """Take support's address, and no other: this is no relay."""
        if not _OURS.fullmatch(address):
            return _NOT_HERE
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return _TOO_MANY_RECIPIENTS
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(  # noqa: N802 - the name that aiosmtpd looks for
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Keep the mail, then say so; 451 where it can't be kept now."""
        sender = envelope.mail_from or ""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        keeping = asyncio.ensure_future(
            asyncio.to_thread(
                receive_mail,
                self._deps,
                "" if sender == _NULL_SENDER else sender,
                list(envelope.rcpt_tos),
                content,
            )
        )
        self._keeping.add(keeping)
        try:
            await asyncio.shield(keeping)
        except Exception as problem:
            if not is_database_trouble(problem) and not isinstance(problem, SandboxWasResetError):
                log.exception("mail_not_kept")
            return _TRY_LATER
        finally:
            self._keeping.discard(keeping)
        return _ACCEPTED

    def note_too_big(self, sender: str) -> None:
        """Have it noted that a mail was too big; the session doesn't wait for it, and never fails by it."""
        noting = asyncio.ensure_future(asyncio.to_thread(note_refused_mail, self._deps, sender))
        self._keeping.add(noting)
        noting.add_done_callback(self._noted)

    def _noted(self, noting: "asyncio.Future[Any]") -> None:
        self._keeping.discard(noting)
        problem = None if noting.cancelled() else noting.exception()
        if isinstance(problem, Exception) and not is_database_trouble(problem):
            log.error("refused_mail_not_noted", exc_info=problem)


class _Session(SMTP):
    """One session, with an end to what may be sent in it: aiosmtpd reads a mail that is too big to its end."""

    line_length_limit = 65536

    def __init__(self, handler: _Handler, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(
            handler,
            data_size_limit=LARGEST_MAIL,
            enable_SMTPUTF8=True,
            hostname=SUPPORT_DOMAIN,
            ident="U-Wallet support",
            timeout=SESSION_SECONDS,
            loop=loop,
        )
        self._handler = handler
        self._counted = False
        self._received = 0
        self._sender = ""
        self._is_noted = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the session, or turn it away where there are too many."""
        if self._handler.sessions >= MOST_SESSIONS and isinstance(transport, asyncio.Transport):
            transport.write(_BUSY)
            transport.close()
            return
        self._handler.sessions += 1
        self._counted = True
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Make room for another."""
        if self._counted:
            self._handler.sessions -= 1
            super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        """Count what comes, and cut off who sends without an end."""
        self._received += len(data)
        if self._received <= LARGEST_FLOOD:
            super().data_received(data)
        elif isinstance(self.transport, asyncio.Transport) and not self.transport.is_closing():
            self._note_too_big()
            self.transport.write(_TOO_BIG)
            self.transport.close()

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802 - aiosmtpd looks for it
        """A new mail may be as big as the one before."""
        self._received = 0
        named = _NAMED_SENDER.search(arg or "")
        self._sender = named[0].strip("<>") if named else ""
        await super().smtp_MAIL(arg)

    async def push(self, status: Any) -> None:
        """Answer; that a mail was too big is noted."""
        if isinstance(status, str) and status.startswith(_REFUSED_AS_TOO_BIG):
            self._note_too_big()
        await super().push(status)

    def _note_too_big(self) -> None:
        """Once in a session: who tries again and again is counted by the session."""
        if not self._is_noted:
            self._is_noted = True
            self._handler.note_too_big(self._sender)
