"""The web server: `python -m app.serve` serves the wallet with granian until SIGTERM."""

import os
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable

from flask import Flask
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import MPServer

from app.core.logs import configure_logs
from app.core.settings import CANNOT_START, Settings, SettingsError, load_settings


def main() -> int:
    """Serve until told to stop; 78 and one line where the settings are refused."""
    try:
        settings = load_settings()
    except SettingsError as problem:
        sys.stderr.write(f"{problem}\n")
        return CANNOT_START
    if settings.workers > 1:  # each worker counts by itself; /metrics adds them up
        os.environ.setdefault(
            "PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="wallet-metrics-")
        )
    _server(settings).serve()
    return 0


def load() -> Flask:
    """What each of granian's workers serves; connections wait in the backlog until the upgrade is done."""
    # Until granian's own handler is set, the one that this process inherited would swallow a SIGTERM.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)

    from app.core.schema import wait_until_current  # noqa: PLC0415 - granian's parent needs neither
    from app.factory import create_wallet  # noqa: PLC0415

    configure_logs()
    wallet = create_wallet(load_settings())
    wait_until_current(wallet.database)
    _when_told_to_stop(wallet.end_streams)
    return wallet.app


def _when_told_to_stop(end: Callable[[], None]) -> None:
    """Call `end` on SIGTERM or SIGINT, whoever handles it: granian waits for open answers, and a stream never ends."""
    told, wakes = socket.socketpair()
    wakes.setblocking(False)
    signal.set_wakeup_fd(wakes.fileno(), warn_on_full_buffer=False)

    def wait() -> None:
        with wakes:  # kept open for as long as anybody may write to it
            while told.recv(1)[0] not in (signal.SIGTERM, signal.SIGINT):
                pass
            end()

    threading.Thread(target=wait, name="stopping", daemon=True).start()


def _server(settings: Settings) -> MPServer:
    return MPServer(
        "app.serve:load",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=settings.threads,
        respawn_failed_workers=True,
        respawn_interval=0.2,
        log_level=LogLevels.error,
        websockets=False,
    )


if __name__ == "__main__":
    sys.exit(main())
