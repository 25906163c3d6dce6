"""`python -m supervisor`: what script/server runs once the set-up is done."""

import os
import selectors
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from supervisor.data_folder import open_data_folder
from supervisor.dotenv import read_dotenv
from supervisor.errors import CannotStartError, complain
from supervisor.loop import Supervisor
from supervisor.programs import Program
from supervisor.record import Record
from supervisor.settings import Settings, read_settings
from supervisor.signals import Signals
from supervisor.wallet import describe_wallet

# Given the settings and the mark of the run: the programs, and the URL for the ready line.
Describe = Callable[[Settings, Mapping[str, str]], tuple[Sequence[Program], str]]


def main(describe: Describe = describe_wallet) -> int:
    """Serve until asked to stop; return the exit status (0 stopped, 1 could not go on)."""
    # Databases and books are nobody else's to read, in a folder too that somebody made for all to enter.
    os.umask(0o077)
    with selectors.DefaultSelector() as selector:
        signals = Signals(selector)
        try:
            settings = read_settings(read_dotenv(Path(".env")) | os.environ)
            with open_data_folder(settings.data_dir):
                record = Record(settings.data_dir)
                record.end_leftovers()
                programs, url = describe(settings, record.mark)
                _keep_settings(record, programs)
                return Supervisor(programs, record, url, selector, signals).run()
        except CannotStartError as refusal:
            complain(str(refusal))
            return 1


def _keep_settings(record: Record, programs: Sequence[Program]) -> None:
    wallet = programs[-1]  # what everything else is there for is listed last
    try:
        record.keep_settings(wallet.environment)
    except OSError as error:  # a full disk: the servers go on without it
        complain(f"the settings for script/manage cannot be written: {error}")


if __name__ == "__main__":
    sys.exit(main())
