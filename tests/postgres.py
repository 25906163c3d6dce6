"""A real PostgreSQL for one test run, kept by a process of its own: `python -m tests.postgres`.

The keeper starts no server until somebody asks for its address, by connecting to the Unix socket
`keeper` in the run's folder. It watches its stdin: when that ends, because the run has stopped it or
has died in whatever way, it ends the server at once and removes the folder. If the keeper itself is
killed, the kernel ends the server (Linux). The server is the soak's (soak/postgres.py).
"""

import fcntl
import json
import os
import select
import shutil
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path

from soak.postgres import PostgresServer

PREFIX = "uwallet-"
_STALE_SECONDS = 3600.0


def keep(folder: Path, *, durable: bool) -> None:
    """Answer every connection with the server's address until stdin ends, then clear up."""
    server: PostgresServer | None = None
    try:
        with socket.socket(socket.AF_UNIX) as door:
            door.bind(str(folder / "keeper"))
            door.listen(128)
            sys.stdout.write("listening\n")
            sys.stdout.flush()
            while sys.stdin not in select.select([door, sys.stdin], [], [])[0]:
                connection, _ = door.accept()
                with connection:
                    try:
                        server = server or PostgresServer(folder, durable=durable)
                        answer = server.address
                    except (OSError, RuntimeError) as error:
                        answer = {"error": str(error)}
                    with suppress(OSError):  # whoever asked may be gone by now
                        connection.sendall(json.dumps(answer).encode())
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _remove_stale(parent: Path) -> None:
    """Remove the folders of keepers that were killed: old, ours, and locked by nobody."""
    for folder in parent.glob(f"{PREFIX}*"):
        try:
            about = folder.stat()
            if about.st_uid != os.geteuid() or time.time() - about.st_mtime < _STALE_SECONDS:
                continue
            with (folder / "lock").open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue


def main() -> None:
    """Arguments: the run's folder, and `durable` or `volatile`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the run's to handle
    folder = Path(sys.argv[1])
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _remove_stale(folder.parent)
        keep(folder, durable=sys.argv[2] == "durable")


if __name__ == "__main__":
    main()
