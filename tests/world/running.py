"""A world process for tests, and what its control port can be asked."""

import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import httpx2

from supervisor.wallet import NO_HOST

ROOT = Path(__file__).parents[2]
PORT_SETTINGS = {
    "control": "WORLD_CONTROL_PORT",
    "gateway": "WORLD_GATEWAY_PORT",
    "bank": "WORLD_BANK_PORT",
    "sms": "WORLD_SMS_PORT",
    "smtp": "WORLD_SMTP_PORT",
    "refusing": "WORLD_REFUSING_PORT",
    "silent": "WORLD_SILENT_PORT",
}
READY_SECONDS = 10


def environment(data_dir: Path, ports: dict[str, int], **more: str) -> dict[str, str]:
    """The whole environment of a world process: nothing of the tester's own."""
    settings = more | {PORT_SETTINGS[part]: str(port) for part, port in ports.items()}
    return {"PATH": os.environ["PATH"], "WORLD_DATA_DIR": str(data_dir)} | settings


def routes_to_nobody(world: "RunningWorld") -> dict[str, str]:
    """Where a wallet charges for the merchants whose gateway is out of reach."""
    return {
        "mch_test_dns_failure": f"http://{NO_HOST}",
        "mch_test_connection_refused": world.addresses["refusing"],
        "mch_test_connect_timeout": world.addresses["silent"],
    }


class RunningWorld:
    """A `python -m world` of its own; after `kill` it can be started again at the same ports."""

    def __init__(
        self, data_dir: Path, parts: tuple[str, ...] = tuple(PORT_SETTINGS), **settings: str
    ) -> None:
        self.data_dir = data_dir
        self._settings = settings
        self._ports = dict.fromkeys(parts, 0)
        self._log = data_dir / "stderr.txt"
        data_dir.mkdir(parents=True, exist_ok=True)
        # Never closed: the world ends each connection, and threads may still be using it.
        self._client = httpx2.Client(trust_env=False, timeout=40)
        self.start()

    def start(self) -> None:
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "world"],
                cwd=ROOT,
                env=environment(self.data_dir, self._ports, **self._settings),
                stdout=subprocess.PIPE,
                stderr=log,
            )
        self.addresses: dict[str, str] = self._read_addresses()
        self._ports = {p: httpx2.URL(url).port or 0 for p, url in self.addresses.items()}

    def stop(self) -> int:
        """End it as script/server would; the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self._ended()

    def kill(self) -> None:
        """End it as nobody should."""
        self.process.kill()
        self._ended()

    @property
    def complaints(self) -> str:
        """What it wrote on stderr."""
        return self._log.read_text()

    def _ended(self) -> int:
        assert self.process.stdout is not None
        status = self.process.wait(10)
        self.process.stdout.close()
        return status

    def _read_addresses(self) -> dict[str, str]:
        assert self.process.stdout is not None
        readable, _, _ = select.select([self.process.stdout], [], [], READY_SECONDS)
        line = self.process.stdout.readline().decode() if readable else ""
        assert line.startswith("ready "), f"{line!r} and on stderr: {self.complaints}"
        addresses: dict[str, str] = json.loads(line.removeprefix("ready "))
        return addresses

    def call(self, part: str, method: str, path: str, body: Any = None) -> httpx2.Response:
        """One HTTP call; `body` is sent as JSON, or as it is where it is bytes."""
        content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        return self._client.request(method, self.addresses[part] + path, content=content)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """One control call that must succeed; its JSON."""
        answer = self.call("control", method, path, body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def listing(self, path: str) -> list[dict[str, Any]]:
        data: list[dict[str, Any]] = self.control("GET", path)["data"]
        return data

    def fault(self, target: str, kind: str, **more: Any) -> str:
        """Ask for a fault; its id."""
        made = self.control("POST", "/faults", {"target": target, "kind": kind} | more)
        return str(made["id"])

    def counters(self, fault_id: str) -> tuple[int, int]:
        """(hits, remaining) of a fault."""
        found = next(each for each in self.listing("/faults") if each["id"] == fault_id)
        return found["hits"], found["remaining"]

    def reset(self) -> None:
        self.control("POST", "/reset")


def at_once(count: int, work: Any) -> list[Any]:
    """Run `work(number)` in that many threads, begun together; the results by number."""
    results: list[Any] = [None] * count
    together = threading.Barrier(count)

    def run(number: int) -> None:
        together.wait()
        try:
            results[number] = work(number)
        except Exception as error:
            results[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def eventually(holds: Any, seconds: float = 5) -> None:
    """Wait until `holds()` is true."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)


def charge(reference: str, **changed: Any) -> dict[str, Any]:
    """The body of a charge."""
    return {
        "reference": reference,
        "amount": 1200,
        "currency": "CNY",
        "merchant_id": "mch_shop",
        "user_id": "usr_1",
        "source": {"type": "balance"},
        "description": "Two coffees",
    } | changed
