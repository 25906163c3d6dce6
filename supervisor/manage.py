"""`python -m supervisor.manage ARGS…`: what script/manage runs, `flask` with the settings of a server.

The server is the one that runs on WALLET_DATA_DIR: a command finds its database, gateway and bank.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from supervisor.data_folder import kept_secret
from supervisor.dotenv import read_dotenv
from supervisor.errors import CannotStartError, complain
from supervisor.record import Record
from supervisor.settings import Settings, is_of_the_wallet, read_settings

_PROGRAM = "script/manage"
_SECRET = "WALLET_SECRET_KEY"  # noqa: S105 - the name of a setting


def main(arguments: Sequence[str]) -> int:
    """Become `flask --app wsgi ARGS…`; return 1 after saying why that cannot be."""
    try:
        settings = read_settings(read_dotenv(Path(".env")) | os.environ)
        environment = _environment(settings)
    except CannotStartError as refusal:
        complain(str(refusal), _PROGRAM)
        return 1
    command = (sys.executable, "-m", "flask", "--app", "wsgi", *arguments)
    return os.execve(sys.executable, command, environment)  # noqa: S606 - no shell is wanted


def _environment(settings: Settings) -> dict[str, str]:
    running = Record(settings.data_dir).running_settings()
    if running is not None:
        return _without_settings_of_the_wallet(settings.environment) | running
    complain(
        f"no server runs on {settings.data_dir}: settings come from the environment alone, and"
        " nothing is simulated",
        _PROGRAM,
    )
    return _as_it_would_start(settings)


def _without_settings_of_the_wallet(environment: Mapping[str, str]) -> dict[str, str]:
    """The server has decided all of them; one that it was not given has its default."""
    return {name: value for name, value in environment.items() if not is_of_the_wallet(name)}


def _as_it_would_start(settings: Settings) -> dict[str, str]:
    """The plain environment, with the secret that the folder's server has had so far.

    What is hashed or sealed under another one would be of no use to the next server.
    """
    kept = None if settings.production else kept_secret(settings.data_dir)
    return ({_SECRET: kept} if kept else {}) | dict(settings.environment)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
