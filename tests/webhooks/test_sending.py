"""One try over real sockets, against receivers that do wrong, and names that lead where they should not."""

import socket
import ssl
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from standardwebhooks import Webhook

from app.edges.deadline import Limits
from app.webhooks.addresses import is_public, is_public_or_own
from app.webhooks.operations.create_webhook_endpoint import new_secret
from app.webhooks.sending import LARGEST_ANSWER, HttpSender, Message, Sent
from tests.edges.raw_server import RawServer, Script, answer, drips, resets_after, says
from tests.factories.webhooks import Receiver

LIMITS = Limits(connect_seconds=0.5, total_seconds=0.8)
SECRET = new_secret()
BODY = '{"type":"payment.succeeded","data":{"note":"咖啡"}}'


def message(url: str) -> Message:
    return Message(url, "evt_1", BODY, SECRET)


def send(url: str, sender: HttpSender | None = None) -> Sent:
    return (sender or HttpSender(is_public_or_own, LIMITS)).send(message(url))


def test_what_arrives_verifies_with_the_library_of_standard_webhooks(receiver: Receiver) -> None:
    sent = send(receiver.url)
    assert (sent.http_status, sent.problem, sent.delivered) == (204, None, True)
    (arrived,) = receiver.arrived
    assert Webhook(SECRET).verify(arrived.body, arrived.headers) == arrived.document
    assert arrived.body.decode() == BODY
    assert arrived.path == "/hooks?from=wallet"
    assert arrived.headers["content-type"] == "application/json"
    assert arrived.headers["host"] in receiver.url
    assert abs(int(arrived.headers["webhook-timestamp"]) - time.time()) < 5


@pytest.mark.parametrize("status", [200, 201, 299])
def test_any_2xx_is_delivered(status: int) -> None:
    with RawServer(says(answer(status, b"thanks"))) as server:
        assert send(server.url).delivered


@pytest.mark.parametrize(
    ("script", "status", "problem"),
    [
        (says(answer(302, b"")), 302, None),
        (says(answer(400, b"{}")), 400, None),
        (says(answer(410, b"{}")), 410, None),
        (says(answer(500, b"{}")), 500, None),
        (says(b"220 smtp here\r\n\r\n"), None, "bad_response"),
        (says(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"), None, "bad_response"),
        (says(), None, "connection_reset"),
        (resets_after(), None, "connection_reset"),
    ],
)
def test_everything_else_is_not(script: Script, status: int | None, problem: str | None) -> None:
    with RawServer(script) as server:
        sent = send(server.url)
    assert (sent.http_status, sent.problem, sent.delivered) == (status, problem, False)


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    with RawServer(
        says(b"HTTP/1.1 307 x\r\nLocation: " + receiver.url.encode() + b"\r\n\r\n")
    ) as it:
        sent = send(it.url)
    assert (sent.http_status, receiver.arrived) == (307, [])


@pytest.mark.parametrize(
    "script",
    [
        lambda _connection: time.sleep(1.5),
        drips([b"HTTP/1.1 200 OK\r\n", *[b"X-A: b\r\n"] * 10], 0.3),
        drips([b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n", *[b"x"] * 12], 0.3),
        drips([b"HTTP/1.1 200 OK\r\n\r\n", *[b"x"] * 12], 0.3),
    ],
    ids=["silence", "head drips", "body drips", "body without length drips"],
)
def test_the_deadline_is_total_however_the_answer_drips(script: Script) -> None:
    with RawServer(script) as server:
        begun = time.monotonic()
        sent = send(server.url)
        took = time.monotonic() - begun
    assert (sent.problem, sent.delivered) == ("read_timeout", False)
    assert 0.75 < took < 2  # undisturbed, those that drip would take 3 s


def test_an_endless_answer_is_not_read_to_its_end() -> None:
    endless = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (LARGEST_ANSWER + 1)
    with RawServer(drips([endless], 1)) as server:
        sent = send(server.url)
    assert sent.delivered
    assert sent.latency_ms < 700


def test_a_name_that_is_slow_to_resolve_uses_up_the_same_deadline() -> None:
    def resolve(host: str, port: int) -> Sequence[str]:
        time.sleep(3)
        return ["127.0.0.1"]

    begun = time.monotonic()
    sent = send("http://slow.example/", HttpSender(is_public_or_own, LIMITS, resolve))
    assert sent.problem == "connect_timeout"
    assert time.monotonic() - begun < 2


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_nobody_there_and_no_such_name_are_told_apart() -> None:
    assert send(f"http://127.0.0.1:{closed_port()}/").problem == "connection_refused"

    def resolve(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    sender = HttpSender(is_public, LIMITS, resolve)
    assert send("https://nobody.example/", sender).problem == "dns_failure"


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["::1"],
        ["10.1.2.3"],
        ["169.254.169.254"],
        ["::ffff:127.0.0.1"],
        ["0.0.0.0"],
        ["93.184.215.14", "127.0.0.1"],
        ["127.0.0.1", "93.184.215.14"],
    ],
)
def test_a_name_that_leads_into_the_own_network_is_not_called_in_production(
    receiver: Receiver, addresses: list[str]
) -> None:
    sender = HttpSender(is_public, LIMITS, lambda host, port: addresses)
    url = receiver.url.replace("127.0.0.1", "rebound.example")
    assert send(url, sender).problem == "address_not_allowed"
    assert receiver.arrived == []


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "localhost", "[::ffff:127.0.0.1]"])
def test_loopback_in_disguise_is_not_called_in_production(receiver: Receiver, host: str) -> None:
    url = receiver.url.replace("127.0.0.1", host)
    assert send(url, HttpSender(is_public, LIMITS)).problem == "address_not_allowed"
    assert receiver.arrived == []


def test_a_name_is_resolved_once_so_that_it_can_not_change_after_it_was_judged(
    receiver: Receiver,
) -> None:
    asked = []

    def resolve(host: str, port: int) -> Sequence[str]:
        asked.append((host, port))
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.9"]

    url = receiver.url.replace("127.0.0.1", "hooks.example")
    assert send(url, HttpSender(is_public_or_own, LIMITS, resolve)).delivered
    port = int(url.split(":")[2].split("/")[0])
    assert asked == [("hooks.example", port)]
    assert receiver.arrived[0].headers["host"] == f"hooks.example:{port}"


def test_another_address_of_the_name_is_tried_where_the_first_is_closed(receiver: Receiver) -> None:
    url = receiver.url.replace("127.0.0.1", "hooks.example")
    sender = HttpSender(is_public_or_own, LIMITS, lambda host, port: ["127.0.0.9", "127.0.0.1"])
    assert send(url, sender).delivered


def test_no_proxy_of_the_environment_gets_the_message(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port()}")
    assert send(receiver.url).delivered


class TlsServer:
    """Serves one certificate, for `names`, and keeps the server names that clients asked for."""

    def __init__(self, folder: Path, *names: str) -> None:
        key_file, self.certificate = folder / "key.pem", folder / "certificate.pem"
        make_certificate(key_file, self.certificate, names)
        self.asked: list[str | None] = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key_file)
        context.sni_callback = lambda _socket, name, _context: self.asked.append(name)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, args=(context,), daemon=True)
        self._thread.start()

    @property
    def trusting(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.certificate))

    def _serve(self, context: ssl.SSLContext) -> None:
        connection, _ = self._listening.accept()
        with self._listening, connection:
            try:
                with context.wrap_socket(connection, server_side=True) as encrypted:
                    while not encrypted.recv(65536).endswith(BODY.encode()):
                        pass
                    encrypted.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
            except OSError:
                return


def make_certificate(key_file: Path, certificate_file: Path, names: Sequence[str]) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([_general(it) for it in names]), critical=False)
        .sign(key, hashes.SHA256())
    )
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def test_the_certificate_must_be_the_names_though_the_address_is_called(tmp_path: Path) -> None:
    server = TlsServer(tmp_path, "hooks.example")
    sender = HttpSender(
        is_public_or_own, LIMITS, lambda host, port: ["127.0.0.1"], tls=server.trusting
    )
    assert send(f"https://hooks.example:{server.port}/", sender).delivered
    assert server.asked == ["hooks.example"]


@pytest.mark.parametrize("name", ["other.example", "127.0.0.1"])
def test_a_certificate_of_somebody_else_is_refused(tmp_path: Path, name: str) -> None:
    server = TlsServer(tmp_path, name)
    sender = HttpSender(
        is_public_or_own, LIMITS, lambda host, port: ["127.0.0.1"], tls=server.trusting
    )
    assert send(f"https://hooks.example:{server.port}/", sender).problem == "tls_failure"


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    server = TlsServer(tmp_path, "hooks.example")
    sender = HttpSender(is_public_or_own, LIMITS, lambda host, port: ["127.0.0.1"])
    assert send(f"https://hooks.example:{server.port}/", sender).problem == "tls_failure"
