"""Mail over SMTP. A failure before the final dot is certain; from then on it is unknown."""

import smtplib
import socket
from collections.abc import Callable
from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.policy import SMTPUTF8
from urllib.parse import urlsplit

from app.edges import failures
from app.edges.deadline import Deadline, Limits
from app.edges.http import OnRefused
from app.edges.protocols import MailMessage
from app.edges.results import Answer, Outcome, Problem

_DEFAULT_PORT = 25
_SENDER = "no-reply@u-wallet.example"
_DOMAIN = "u-wallet.example"
_DONE = 2  # first digits of reply codes (RFC 5321, section 4.2.1)
_GO_AHEAD = 3
_SERVICE_CLOSING = 421
# Headers are not broken within 998 characters (RFC 5322, section 2.1.1): the library would encode a Message-ID that is
# longer than a line, and nobody would know it again.
_ON_THE_WIRE = {
    False: SMTP_POLICY.clone(max_line_length=998),
    True: SMTPUTF8.clone(max_line_length=998),
}
# RFC 5321, section 4.1.3: how a client without a name greets. Looking one up could take seconds.
_GREETING_NAME = "[127.0.0.1]"


class SmtpMailer:
    """A `Mailer` at an address smtp://host[:port]; one connection per mail."""

    def __init__(
        self,
        url: str,
        *,
        sender: str = _SENDER,
        on_refused: OnRefused | None = None,
        limits: Limits = Limits(),  # noqa: B008 - immutable
    ) -> None:
        """Take the address. Raises ValueError where it is none of SMTP's."""
        parts = urlsplit(url)
        if parts.scheme != "smtp" or not parts.hostname:
            raise ValueError(f"not an SMTP address: {url}")
        self._host, self._port = parts.hostname, parts.port or _DEFAULT_PORT
        self._sender = sender
        self._on_refused = on_refused
        self._limits = limits

    def send(self, message: MailMessage) -> Answer:
        """See `Mailer.send`. Raises ValueError for a header that would break out of its line."""
        mail = _compose(message, self._sender)
        with Deadline(self._limits.total_seconds) as deadline:
            session = _Session(deadline, self._limits)
            try:
                session.deliver(self._host, self._port, mail, self._sender, message.to)
            except (OSError, smtplib.SMTPException, UnicodeError) as error:
                return self._failed(session, error, deadline)
            finally:
                session.close()
            return Answer(
                Outcome.SUCCEEDED, None, str(mail["Message-ID"]), None, deadline.elapsed_ms
            )

    def _failed(self, session: "_Session", error: Exception, deadline: Deadline) -> Answer:
        latency_ms = deadline.elapsed_ms
        outcome, problem = _read_failure(session, error, deadline)
        if self._on_refused is not None and failures.was_refused(error):
            self._on_refused()
        return Answer(outcome, problem, None, None, latency_ms)


class _Session(smtplib.SMTP):
    """One SMTP session that knows whether it has connected, and whether its mail has left."""

    def __init__(self, deadline: Deadline, limits: Limits) -> None:
        super().__init__(local_hostname=_GREETING_NAME, timeout=limits.connect_seconds)
        self._deadline = deadline
        self._limits = limits
        self.connected = False
        self.left = False

    def deliver(self, host: str, port: int, mail: EmailMessage, sender: str, to: str) -> None:
        """Hand one mail over; raises what smtplib raises, SMTPResponseException for a refusal."""
        _expect(_DONE, self.connect(host, port))
        self.ehlo_or_helo_if_needed()
        international = not to.isascii()
        if international:
            self.command_encoding = "utf-8"
        _expect(_DONE, self.mail(sender, ["SMTPUTF8"] if international else []))
        _expect(_DONE, self.rcpt(to))
        _expect(_GO_AHEAD, self.docmd("DATA"))
        self.left = True
        self.send(_with_final_dot(mail.as_bytes(policy=_ON_THE_WIRE[international])))
        reply = self.getreply()
        if self._deadline.passed:  # the library takes a line that was cut off for a whole one
            raise TimeoutError
        _expect(_DONE, reply)
        with suppress(OSError, smtplib.SMTPException):  # accepted is accepted, goodbye or not
            self.putcmd("QUIT")

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        connected = socket.create_connection((host, port), timeout)
        self.connected = True
        connected.settimeout(self._limits.total_seconds)
        self._deadline.guard(connected)
        return connected


def _expect(first_digit: int, reply: tuple[int, bytes]) -> None:
    code, text = reply
    if code // 100 != first_digit:
        raise smtplib.SMTPResponseException(code, text)


_Matches = Callable[[int], bool]

# What a refusal's code means (RFC 5321, section 4.2); the first row that fits decides.
_REPLIES: tuple[tuple[_Matches, Problem], ...] = (
    (lambda code: code == _SERVICE_CLOSING, Problem.MAINTENANCE),
    (lambda code: 400 <= code < 500, Problem.UNAVAILABLE),
    (lambda code: 500 <= code < 600, Problem.DECLINED),
)


def _read_failure(
    session: _Session, error: Exception, deadline: Deadline
) -> tuple[Outcome, Problem]:
    if not session.connected:
        return Outcome.FAILED, failures.before_leaving(error)
    lost = Outcome.UNKNOWN if session.left else Outcome.FAILED
    # On a busy machine the read ends by itself before the socket is shut down.
    if deadline.passed or deadline.remaining_seconds <= 0:
        return lost, Problem.READ_TIMEOUT
    if isinstance(error, smtplib.SMTPResponseException):
        code = error.smtp_code
        said = next((problem for fits, problem in _REPLIES if fits(code)), None)
        return (Outcome.FAILED, said) if said else (lost, Problem.BAD_RESPONSE)
    hung_up = isinstance(error, smtplib.SMTPServerDisconnected)
    return lost, Problem.CONNECTION_RESET if hung_up else failures.after_leaving(error)


def message_id_of(reference: str) -> str:
    """The Message-ID of the mail with that reference, with its brackets."""
    return f"<{reference}@{_DOMAIN}>"


def _compose(message: MailMessage, sender: str) -> EmailMessage:
    mail = EmailMessage(policy=SMTP_POLICY)
    mail["From"] = sender
    mail["To"] = message.to
    mail["Subject"] = message.subject
    mail["Message-ID"] = message_id_of(message.reference)
    mail["X-Template"] = message.template
    for name, value in message.headers.items():
        del mail[name]
        mail[name] = value
    mail.set_content(message.text, charset="utf-8", cte="base64")
    return mail


def _with_final_dot(content: bytes) -> bytes:
    """Return the mail as the DATA command wants it (RFC 5321, section 4.5.2).

    Nothing in it begins with a dot: headers begin with names, the body is base64.
    """
    return content.rstrip(b"\r\n") + b"\r\n.\r\n"
