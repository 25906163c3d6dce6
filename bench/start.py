"""How long does a start on an empty data folder take, and the first answers after it? One or several checkouts.

    python bench/start.py [--runs 7] CHECKOUT [CHECKOUT ...]

Each checkout is set up already (script/setup) and started as script/server does. With several, the runs take turns
(A B A B ...), so that what else the machine does hits all of them alike; one start of each goes before and is not
counted, since it writes byte code. What is asked after the ready line is asked once of each server, in this order, over
one connection: the ready line must not come early at the cost of whoever comes first.

Prints the medians in milliseconds, each step from the end of the one before, and the processor time of all processes
from start to end.
"""

import argparse
import http.client
import json
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

PAYMENT = {
    "merchant_id": "mch_star_coffee",
    "amount": 1800,
    "currency": "CNY",
    "source": {"type": "balance"},
}
JSON = {"Content-Type": "application/json"}
CPU, FIRST, TOTAL = "processor time", "ready to third answer", "start to third answer"


class NotMeasuredError(Exception):
    """The server did not do what is measured."""


def measure(checkout: Path) -> dict[str, float]:
    """Milliseconds of each step of one server's life."""
    used = _processor_time()
    with tempfile.TemporaryDirectory(prefix="start-") as folder:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("WALLET_", "WORLD_"))}
        with subprocess.Popen(  # noqa: S603 - the caller's own checkouts
            [checkout / ".venv/bin/python", "-m", "supervisor"],
            cwd=checkout,
            env=inherited | {"WALLET_DATA_DIR": folder, "PORT": "0"},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as server:
            try:
                steps = dict(_steps(server))
            finally:
                server.send_signal(signal.SIGTERM)
                server.wait(30)
    ready, *answers = steps.values()
    steps[FIRST], steps[TOTAL] = sum(answers), ready + sum(answers)
    return steps | {CPU: 1000 * (_processor_time() - used)}


def _steps(server: "subprocess.Popen[str]") -> Iterator[tuple[str, float]]:
    began = time.monotonic()
    assert server.stdout is not None  # noqa: S101 - for the type checker
    url = urlsplit(server.stdout.readline().removeprefix("ready ").strip())
    if url.hostname is None:
        raise NotMeasuredError("the server did not get ready")
    yield "ready line", _since(began)
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=60)

    def ask(method: str, path: str, body: object = None, **headers: str) -> bytes:
        connection.request(method, path, None if body is None else json.dumps(body), JSON | headers)
        answer = connection.getresponse()
        content = answer.read()
        if answer.status >= 400:
            raise NotMeasuredError(f"{path} was answered {answer.status}: {content!r}")
        return content

    began = time.monotonic()
    token = json.loads(ask("POST", "/sandbox/v1/users", {}))["access_token"]
    yield "first user", _since(began)
    began = time.monotonic()
    keys = {"Authorization": f"Bearer {token}", "Idempotency-Key": "first"}
    ask("POST", "/v1/payments", PAYMENT, **keys)
    yield "first payment", _since(began)
    began = time.monotonic()
    ask("GET", "/console/sign-in")
    yield "first console page", _since(began)


def _since(began: float) -> float:
    return 1000 * (time.monotonic() - began)


def _processor_time() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure in turns, and print one line per step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("checkouts", nargs="+", type=Path, metavar="CHECKOUT")
    given = parser.parse_args()
    runs: dict[Path, list[dict[str, float]]] = {it.absolute(): [] for it in given.checkouts}
    for turn in range(given.runs + 1):
        for checkout, measured in runs.items():
            steps = measure(checkout)
            if turn:
                measured.append(steps)
    _write("median ms", (path.name for path in runs))
    _write("---", ("---" for _ in runs))
    for step in next(iter(runs.values()))[0]:
        medians = (statistics.median(one[step] for one in measured) for measured in runs.values())
        _write(step, (f"{it:.0f}" for it in medians))


def _write(first: str, others: Iterable[str]) -> None:
    sys.stdout.write(f"| {' | '.join((first, *others))} |\n")


if __name__ == "__main__":
    main()
