"""A wired wallet over a fresh database, again and again: cheap on SQLite, where one file is overwritten."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.auth.hashing import PasswordHasher, SlowHash, Verdict
from app.core.security import KeyRing
from app.edges.bundle import Edges
from app.factory import Wallet, create_wallet
from tests.conftest import SECRET, test_settings
from tests.databases import Databases, Kind
from tests.fakes import FakeCarrier, FakeMailer
from tests.simulation.backstage import WatchedJobs

SIDE_FILES = ("-wal", "-shm")
HASHERS_AT_ONCE = 64  # more than strands, so that none waits in real time


class Plug:
    """Where an edge is plugged in; the wallet keeps the plug, each run brings its own edge."""

    edge: Any = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.edge, name)


class RememberingHash(SlowHash):
    """Judges each pair of password and hash once: argon2 is not what is tried here."""

    def __init__(self, pepper: bytes) -> None:
        super().__init__(pepper)
        self._judged: dict[tuple[str, str | None], Verdict] = {}

    def verify(self, password: str, stored: str | None) -> Verdict:
        """The verdict of the first time."""
        pair = (password, stored)
        if pair not in self._judged:
            self._judged[pair] = super().verify(password, stored)
        return self._judged[pair]


def remembering_hasher() -> PasswordHasher:
    """A hasher that costs next to nothing from the second time on."""
    keys = KeyRing(SECRET)
    hasher = PasswordHasher(keys, at_once=HASHERS_AT_ONCE)
    hasher.slow = RememberingHash(keys.derive("password-pepper"))
    return hasher


@dataclass
class Stage:
    """A wallet that nothing has happened to, the plugs of its edges, and what its jobs' handlers got wrong."""

    wallet: Wallet
    gateway: Plug
    bank: Plug
    jobs: WatchedJobs


class Arena:
    """Hands out stages, one at a time."""

    def __init__(self, databases: Databases, kind: Kind, folder: Path) -> None:
        self.kind = kind
        self._databases = databases
        self._folder = folder
        self._hasher = remembering_hasher()
        self._kept: tuple[Stage, Path, Path] | None = None

    @contextmanager
    def fresh(self) -> Iterator[Stage]:
        """A stage over a migrated and seeded database."""
        if self.kind == "sqlite":
            yield self._overwritten()
            return
        with self._databases.fresh(self.kind) as url:
            stage = self._wire(url)
            yield stage
            stage.wallet.close()

    def close(self) -> None:
        """Give back what was kept between stages."""
        if self._kept is not None:
            self._kept[0].wallet.close()
            for path in self._kept[1:]:
                self._databases.drop(f"sqlite:///{path}")

    def _overwritten(self) -> Stage:
        if self._kept is None:
            pristine, used = (self._databases.create("sqlite") for _ in range(2))
            paths = [Path(url.removeprefix("sqlite:///")) for url in (pristine, used)]
            self._kept = (self._wire(used), paths[0], paths[1])
        stage, template, path = self._kept
        stage.wallet.close()
        for suffix in SIDE_FILES:
            path.with_name(f"{path.name}{suffix}").unlink(missing_ok=True)
        shutil.copyfile(template, path)
        stage.jobs.mistakes.clear()
        return stage

    def _wire(self, url: str) -> Stage:
        gateway, bank = Plug(), Plug()
        edges = Edges(gateway, bank, FakeCarrier(), FakeMailer())
        wallet = create_wallet(test_settings(url, self._folder), edges=edges, hasher=self._hasher)
        return Stage(wallet, gateway, bank, WatchedJobs(wallet.jobs))
