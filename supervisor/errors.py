"""Why the supervisor gives up, and how it says so: one line each, that says what to do."""

import sys
from contextlib import suppress


class CannotStartError(Exception):
    """The settings or the machine stand in the way; the message is all that the user sees."""


class ProgramFailedError(Exception):
    """A program ended in a way that starting it again will not mend.

    Without a message where the program has said why itself.
    """


def complain(message: str, program: str = "script/server") -> None:
    """Say one line on stderr, where it is read at all."""
    with suppress(OSError):
        sys.stderr.write(f"{program}: {message}\n")
        sys.stderr.flush()
