"""`python -m world`: the simulated outside, until SIGTERM."""

import json
import logging
import os
import signal
import sys
import threading

from world.books import BooksRefusedError
from world.program import World
from world.settings import SettingsRefusedError, read_settings


def main() -> int:
    """Run until asked to stop; return the exit status."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    asked_to_stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: asked_to_stop.set())
    try:
        world = World(read_settings())
    except SettingsRefusedError as refused:
        return _refuse(str(refused), os.EX_CONFIG)
    except BooksRefusedError as refused:
        return _refuse(str(refused), os.EX_CANTCREAT)
    except OSError as error:
        return _refuse(f"cannot take a port: {error}", os.EX_UNAVAILABLE)
    addresses = world.start()
    sys.stdout.write(f"ready {json.dumps(addresses)}\n")
    sys.stdout.flush()
    asked_to_stop.wait()
    world.stop()
    return os.EX_OK


def _refuse(reason: str, status: int) -> int:
    sys.stderr.write(f"world: {reason}\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
