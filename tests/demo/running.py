"""Real processes for these tests: the tour, the server that it visits, and something that lies in between."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 100
HOP_BY_HOP = {"content-length", "transfer-encoding", "connection", "date", "server"}


def environment(data_dir: Path, **more: str) -> dict[str, str]:
    """The whole environment of a server: a free port, a folder of its own, nothing of the tester's."""
    return {"PATH": os.environ["PATH"], "PORT": "0", "WALLET_DATA_DIR": str(data_dir)} | more


def tour(*arguments: str, data_dir: Path, **more: str) -> "subprocess.CompletedProcess[str]":
    """Play the tour to its end."""
    return subprocess.run(
        [ROOT / "script" / "demo", *arguments],
        check=False,
        capture_output=True,
        text=True,
        env=environment(data_dir, **more),
        timeout=PATIENCE_SECONDS,
    )


@contextmanager
def started(module: str, data_dir: Path, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """`python -m module` with its stdout to be read; asked to stop at the end where it still runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=environment(data_dir),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE_SECONDS)


def read_until(process: "subprocess.Popen[str]", sign: str) -> list[str]:
    """The lines of a process's stdout up to the one that holds `sign`."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if sign in line:
            return lines
    status = process.wait(PATIENCE_SECONDS)
    raise AssertionError(f"it ended ({status}) without {sign!r}, saying: {''.join(lines)}")


Answer = tuple[int, dict[str, str], bytes]
Respond = Callable[[str, str, dict[str, str], bytes], Answer]


@contextmanager
def answering(respond: Respond) -> Iterator[str]:
    """A tiny HTTP server at the URL that is given; `respond` gets method, target, headers and body."""

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, headers, content = respond(self.command, self.path, dict(self.headers), body)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def in_front_of(url: str, alter: Callable[[bytes], bytes]) -> Iterator[str]:
    """The wallet at `url`, with the bodies of its answers altered."""
    with httpx2.Client(base_url=url, trust_env=False, timeout=60) as wallet:

        def respond(method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
            sent = {name: value for name, value in headers.items() if name != "Host"}
            answer = wallet.request(method, target, headers=sent, content=body)
            kept = {
                name: value
                for name, value in answer.headers.items()
                if name.lower() not in HOP_BY_HOP | {"content-encoding"}
            }
            return answer.status_code, kept, alter(answer.content)

        with answering(respond) as altered:
            yield altered
