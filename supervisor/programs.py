"""How a program is described to the supervisor. What is done with it lives in child.py."""

from collections.abc import Mapping
from dataclasses import dataclass
from os import EX_CONFIG

# Exit status of a program that refuses its settings (sysexits.h): starting it again is no use.
REFUSES_SETTINGS = EX_CONFIG


@dataclass(frozen=True)
class Announces:
    """Ready once its first line on stdout is `ready` or begins with `ready `."""


@dataclass(frozen=True)
class Answers:
    """Ready once an HTTP GET of `path` at this address is answered with 200."""

    host: str
    port: int
    path: str = "/readyz"


@dataclass(frozen=True)
class Finishes:
    """Ready once it has ended with status 0; it runs once. Any other status ends everything."""


Readiness = Announces | Answers | Finishes


@dataclass(frozen=True)
class Program:
    """A program to keep running.

    `command` is an argument list, `environment` the whole environment it gets; it is started when
    every program named in `after` is ready. It is asked to end by SIGTERM and killed where that
    takes longer than `stop_seconds`. Programs are stopped in the reverse of their listed order.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    readiness: Readiness
    after: tuple[str, ...] = ()
    stop_seconds: float = 10.0
