"""Do the times of calls without a login tell whether an account exists? A rank test against a running server.

    PORT=8000 WALLET_DATA_DIR=/tmp/enumeration script/server
    python bench/enumeration.py http://127.0.0.1:8000 [pairs]

Each pair is one number that has an account and one that has none, both fresh, since locks and caps would blur the
times; which of the two is asked first is drawn. The virtual clock moves a minute on for each number, so that codes can
be sent again. The login is locked last, and what that sets going is waited for: the owner of an account is told, which
slows down whatever is asked meanwhile.

The two samples of each call are compared by the Mann-Whitney U test
(two-sided, normal approximation, ties corrected). Ends with status 1 where a call tells the two apart: p under 0.01
divided by the number of calls (Bonferroni), and a chance of telling a pair apart by time that is over 55 %.
"""

import http.client
import json
import math
import random
import secrets
import statistics
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

SIGNIFICANCE = 0.01
NOTICEABLE = 0.55
WARM_UP = 20
TRIES = 5
RESEND_SECONDS = 61
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Comparison:
    """Two samples of seconds by rank: `chance` is how often one of the first is the longer of a pair."""

    chance: float
    p: float


def compare(one: Sequence[float], other: Sequence[float]) -> Comparison:
    """The Mann-Whitney U test of two samples."""
    ranks = _ranks([*one, *other])
    n, m = len(one), len(other)
    u = sum(ranks[:n]) - n * (n + 1) / 2
    ties = sum(count**3 - count for count in Counter(ranks).values())
    total = n + m
    variance = n * m / 12 * (total + 1 - ties / (total * (total - 1)))
    z = 0.0 if variance == 0 else (u - n * m / 2) / math.sqrt(variance)
    return Comparison(chance=u / (n * m), p=math.erfc(abs(z) / math.sqrt(2)))


def _ranks(values: Sequence[float]) -> list[float]:
    """The rank of each value from 1 up; equal ones share the middle of theirs."""
    order = sorted(values)
    first = {value: place for place, value in reversed(list(enumerate(order, 1)))}
    last = {value: place for place, value in enumerate(order, 1)}
    return [(first[value] + last[value]) / 2 for value in values]


@dataclass
class Wire:
    """One kept-alive connection to the server."""

    connection: http.client.HTTPConnection

    def post(self, path: str, body: object) -> tuple[int, Any, float]:
        """Status, document and seconds of one call."""
        payload = json.dumps(body)
        began = time.perf_counter()
        self.connection.request("POST", path, payload, JSON)
        response = self.connection.getresponse()
        raw = response.read()
        return response.status, json.loads(raw) if raw else None, time.perf_counter() - began


@dataclass
class Samples:
    """Seconds of one call, for numbers with an account and for numbers without."""

    known: list[float] = field(default_factory=list)
    unknown: list[float] = field(default_factory=list)


def measure(wire: Wire, pairs: int) -> dict[str, Samples]:
    """Ask about both of each pair, in drawn order; the first pairs only warm the server up."""
    found: dict[str, Samples] = {}
    for number in range(WARM_UP + pairs):
        known = wire.post("/sandbox/v1/users", {})[1]["user"]["phone"]
        unknown = f"+86188{secrets.randbelow(10**8):08d}"
        subjects = [("known", known), ("unknown", unknown)]
        random.shuffle(subjects)
        for kind, phone in subjects:
            for call, seconds in _ask_everything(wire, phone):
                if number >= WARM_UP:
                    getattr(found.setdefault(call, Samples()), kind).append(seconds)
    return found


def _ask_everything(wire: Wire, phone: str) -> list[tuple[str, float]]:
    """Every call that takes an identifier from anybody, and what follows from it."""
    guess = {"identifier": phone, "password": "wrong"}
    times = [_timed(wire, "login", "/v1/auth/login", 401, **guess)]
    paths = {}
    for purpose in ("register", "reset_password"):
        body = {"purpose": purpose, "identifier": phone}
        status, asked, seconds = wire.post("/v1/auth/verifications", body)
        _require(status, 202)
        times.append((f"ask to {purpose}", seconds))
        path = paths[purpose] = f"/v1/auth/verifications/{asked['id']}"
        times.append(_timed(wire, f"resend to {purpose}, too soon", f"{path}/resend", 429))
        times.append(_timed(wire, f"guess to {purpose}", f"{path}/confirm", 422, code="000000"))
    _require(wire.post("/sandbox/v1/clock/advance", {"seconds": RESEND_SECONDS})[0], 200)
    for purpose, path in paths.items():
        times.append(_timed(wire, f"resend to {purpose}", f"{path}/resend", 202))
    for _ in range(TRIES - 1):
        _timed(wire, "login", "/v1/auth/login", 401, **guess)
    times.append(_timed(wire, "login, locked", "/v1/auth/login", 429, **guess))
    _require(wire.post("/sandbox/v1/clock/advance", {"seconds": 1})[0], 200)
    return times


def _timed(wire: Wire, call: str, path: str, expected: int, **body: str) -> tuple[str, float]:
    status, _, seconds = wire.post(path, body)
    _require(status, expected)
    return call, seconds


def _require(status: int, expected: int) -> None:
    if status != expected:
        raise SystemExit(f"answered {status} where {expected} was expected")


def report(found: dict[str, Samples]) -> bool:
    """Print one line per call; whether none tells the two apart."""
    quiet = True
    sys.stdout.write("call                                known ms  unknown ms  chance       p\n")
    for call, samples in found.items():
        result = compare(samples.known, samples.unknown)
        known, unknown = (1000 * statistics.median(one) for one in (samples.known, samples.unknown))
        tells = (
            result.p < SIGNIFICANCE / len(found)
            and max(result.chance, 1 - result.chance) > NOTICEABLE
        )
        quiet &= not tells
        sys.stdout.write(
            f"{call:34}{known:10.2f}{unknown:12.2f}{result.chance:8.3f}{result.p:8.3f}"
            f"{'  TELLS' if tells else ''}\n"
        )
    return quiet


def main(url: str, pairs: str = "300") -> int:
    """Measure, report, and return the exit status."""
    parts = urlsplit(url)
    wire = Wire(http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port or 80))
    return 0 if report(measure(wire, int(pairs))) else 1


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
