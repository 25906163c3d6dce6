"""Slow hashes of login and transaction passwords: argon2id with a pepper, and only so many at once.

What a good password is, is in `passwords/`; who may try how often, in `tries.py`. Never hash inside a
transaction: on SQLite it would keep every other writer waiting.
"""

import base64
import hmac
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from passlib.context import CryptContext

from app.auth.passwords import normalise_password
from app.core.errors import BUSY
from app.core.security import KeyRing

MEMORY_KIB: Final = 19 * 1024
TIME_COST: Final = 2
PARALLELISM: Final = 1
"""Contract, section 10: argon2id, 19 MiB, t=2, p=1."""
HASHES_PER_CORE: Final = 2
LONGEST_WAIT_SECONDS: Final = 8.0
RETRY_AFTER_SECONDS: Final = 1

NOBODYS_HASH: Final = (
    f"$argon2id$v=19$m={MEMORY_KIB},t={TIME_COST},p={PARALLELISM}$" + "A" * 22 + "$" + "A" * 43
)
"""Verified where there is no account, so that it takes the same work; no known password makes it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a password is right, and its hash by today's parameters where the stored one is older."""

    right: bool
    better_hash: str | None = field(default=None, repr=False)


class SlowHash:
    """The slow functions themselves; reached through a turn of `PasswordHasher`."""

    def __init__(self, pepper: bytes) -> None:
        self._pepper = pepper
        self._context = CryptContext(
            schemes=["argon2"],
            argon2__type="ID",
            argon2__memory_cost=MEMORY_KIB,
            argon2__time_cost=TIME_COST,
            argon2__parallelism=PARALLELISM,
        )

    def hash(self, password: str) -> str:
        """The hash to store."""
        return str(self._context.hash(self._peppered(password)))

    def verify(self, password: str, stored: str | None) -> Verdict:
        """Judge `password`; `stored` is None where there is no account, which takes as long."""
        right, better_hash = self._context.verify_and_update(
            self._peppered(password), stored or NOBODYS_HASH
        )
        return Verdict(bool(right) and stored is not None, better_hash)

    def _peppered(self, password: str) -> str:
        text = normalise_password(password).encode("utf-8", "surrogatepass")
        return base64.b64encode(hmac.digest(self._pepper, text, "sha256")).decode()


class PasswordHasher:
    """Lets only so many hash at once; the pepper comes from the key ring and lies outside the database."""

    def __init__(self, keys: KeyRing, *, at_once: int | None = None) -> None:
        self.slow = SlowHash(keys.derive("password-pepper"))
        self._turns = threading.BoundedSemaphore(at_once or HASHES_PER_CORE * (os.cpu_count() or 1))
        self._made: dict[str, str] = {}

    @contextmanager
    def turn(self) -> Iterator[SlowHash]:
        """A place among those who may hash now. Raises BUSY where none gets free soon.

        Take it before a try is booked, so that a busy service costs nobody a try, and before a transaction, never
        in one.
        """
        if not self._turns.acquire(timeout=LONGEST_WAIT_SECONDS):
            raise BUSY(retry_after=RETRY_AFTER_SECONDS)
        try:
            yield self.slow
        finally:
            self._turns.release()

    def hash(self, password: str) -> str:
        """The hash to store. Raises BUSY."""
        with self.turn() as slow:
            return slow.hash(password)

    def hash_once(self, password: str) -> str:
        """The hash of one of the sandbox's fixed passwords, made once per process. Raises BUSY."""
        if password not in self._made:
            self._made[password] = self.hash(password)
        return self._made[password]
