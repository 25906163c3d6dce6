"""The data folder as the supervisor sees it: made, locked for one server, and holding a secret."""

import fcntl
import os
import secrets
import time
from pathlib import Path
from typing import IO

from supervisor.errors import CannotStartError
from supervisor.settings import MINIMUM_SECRET_LENGTH

LOCK_NAME = "server.lock"
SECRET_NAME = "secret-key"  # noqa: S105 - the name of a file, not a secret
# A server that was just killed holds its lock until the kernel has taken it apart.
_LOCK_PATIENCE_SECONDS = 0.5


def open_data_folder(folder: Path) -> IO[str]:
    """Make the folder where needed and lock it; the lock lasts as long as the file stays open.

    Raises CannotStartError when the folder cannot be made or written, or another server has it.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Opened for appending: the content of a lock held by another is not ours to cut off.
        lock = (folder / LOCK_NAME).open("a", encoding="utf-8")
    except FileExistsError:
        raise CannotStartError(
            f"{folder} is a file: set WALLET_DATA_DIR to a folder, or move the file away"
        ) from None
    except OSError as error:
        raise CannotStartError(
            f"{folder} cannot be written ({error.strerror}): set WALLET_DATA_DIR to a folder that"
            " you may write"
        ) from None
    _lock(lock, folder)
    return lock


def _lock(file: IO[str], folder: Path) -> None:
    deadline = time.monotonic() + _LOCK_PATIENCE_SECONDS
    while True:
        try:
            return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                file.close()
                raise CannotStartError(
                    f"{folder} is in use by another server: stop that one, or set another"
                    " WALLET_DATA_DIR"
                ) from None
        except OSError as error:
            file.close()
            raise CannotStartError(
                f"{folder} cannot be locked ({error.strerror}): set WALLET_DATA_DIR to a folder"
                " on a local disk"
            ) from None
        time.sleep(0.02)


def sandbox_secret(folder: Path) -> str:
    """Return the sandbox's secret, made on the first start and kept for the later ones.

    Raises CannotStartError when the kept one is damaged: a new one would make every password hash
    and fingerprint in the database useless, so that is not ours to decide.
    """
    path = folder / SECRET_NAME
    try:
        if not path.exists():
            _make_secret(path)
    except OSError as error:
        raise CannotStartError(f"{path} cannot be used ({error}): mend its permissions") from None
    return kept_secret(folder) or ""


def kept_secret(folder: Path) -> str | None:
    """Return the secret that was made on an earlier start, None where there was none.

    Raises CannotStartError as `sandbox_secret` does.
    """
    path = folder / SECRET_NAME
    if not path.exists():
        return None
    try:
        kept = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CannotStartError(f"{path} cannot be used ({error}): mend its permissions") from None
    if len(kept) < MINIMUM_SECRET_LENGTH:
        raise CannotStartError(f"{path} is damaged: restore it, or remove {folder} to start afresh")
    return kept


def _make_secret(path: Path) -> None:
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write(f"{secrets.token_urlsafe(48)}\n")
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
