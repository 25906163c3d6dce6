"""A running server for journeys: `python -m supervisor` with a data folder and port of its own."""

import json
import os
import select
import signal
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

ROOT = Path(__file__).parents[2]
READY_SECONDS = 60
JSON = {"Content-Type": "application/json", "Accept-Language": "en"}


@dataclass
class Server:
    """Start, stop and kill it; after a kill the same folder and port go on."""

    data_dir: Path
    settings: dict[str, str] = field(default_factory=dict)
    port: str = "0"
    url: str = ""

    def start(self) -> "Server":
        environment = {
            "PATH": os.environ["PATH"],
            "PORT": self.port,
            "WALLET_DATA_DIR": str(self.data_dir),
        }
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self._log = (self.data_dir / "journey.log").open("a")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "supervisor"],
            cwd=ROOT,
            env=environment | self.settings,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        self.url = self._read_ready().split()[1]
        self.port = self.url.rsplit(":", 1)[1]
        return self

    def _read_ready(self) -> str:
        assert self.process.stdout is not None
        readable, _, _ = select.select([self.process.stdout], [], [], READY_SECONDS)
        line = self.process.stdout.readline() if readable else ""
        assert line.startswith("ready "), f"no ready line: {line!r}"
        return line

    def stop(self) -> int:
        """SIGTERM, and the exit status."""
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(30)
        self._close()
        return status

    def kill_all(self) -> None:
        """SIGKILL of the supervisor and everything that it started, all at once."""
        record = json.loads((self.data_dir / "server.json").read_text())
        for pid in {self.process.pid, *_pids(record)}:
            try:
                os.killpg(pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL) if Path(f"/proc/{pid}").exists() else None
        self.process.wait(10)
        self._close()

    def _close(self) -> None:
        assert self.process.stdout is not None
        self.process.stdout.close()
        self._log.close()

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> httpx2.Response:
        """One request on a connection of its own; `Idempotency_Key` becomes `Idempotency-Key`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        with httpx2.Client(trust_env=False, timeout=40) as client:
            return client.request(
                method,
                self.url + path,
                content=None if body is None else json.dumps(body),
                headers=JSON | named,
            )

    def user(self, **wish: Any) -> "User":
        """A ready sandbox user."""
        answer = self.call("POST", "/sandbox/v1/users", wish)
        assert answer.status_code == 201, answer.text
        return User(self, answer.json())

    def fault(self, **fault: Any) -> str:
        """Make a fault; returns its id."""
        answer = self.call("POST", "/sandbox/v1/faults", fault)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def advance(self, seconds: int) -> list[str]:
        """Advance the virtual clock; returns the kinds of jobs that ran."""
        answer = self.call("POST", "/sandbox/v1/clock/advance", {"seconds": seconds})
        assert answer.status_code == 200, answer.text
        return [it["job"] for it in answer.json()["ran"]]

    def wrong_invariants(self) -> list[dict[str, Any]]:
        """The invariants that don't hold; empty when all is well."""
        report = self.call("GET", "/sandbox/v1/invariants").json()
        return [check for check in report["checks"] if not check["ok"]]


def _pids(record: Any) -> list[int]:
    """Every `pid` anywhere in the supervisor's record."""
    if isinstance(record, dict):
        own = [record["pid"]] if isinstance(record.get("pid"), int) else []
        return own + [pid for value in record.values() for pid in _pids(value)]
    if isinstance(record, list):
        return [pid for value in record for pid in _pids(value)]
    return []


@dataclass
class User:
    """A sandbox user, speaking HTTP."""

    server: Server
    made: dict[str, Any]

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> httpx2.Response:
        token = f"Bearer {self.made['access_token']}"
        return self.server.call(method, path, body, Authorization=token, **headers)

    def pay(self, amount: int = 1000, key: str | None = None) -> httpx2.Response:
        body = {
            "merchant_id": "mch_star_coffee",
            "amount": amount,
            "currency": "CNY",
            "source": {"type": "balance"},
        }
        return self.call("POST", "/v1/payments", body, Idempotency_Key=key or uuid.uuid4().hex)

    def wallet(self) -> dict[str, Any]:
        answer: dict[str, Any] = self.call("GET", "/v1/wallet").json()
        return answer


def until(condition: Any, seconds: float = 15) -> None:
    """Wait for something that must become true soon."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not become true"
        time.sleep(0.05)
