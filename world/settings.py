"""What the world is told by its environment. Read once, at the start."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

CONTROL = "control"

_PORT_SETTINGS = {
    CONTROL: "WORLD_CONTROL_PORT",
    "gateway": "WORLD_GATEWAY_PORT",
    "bank": "WORLD_BANK_PORT",
    "sms": "WORLD_SMS_PORT",
    "email": "WORLD_SMTP_PORT",
}
_DEAD_PORT_SETTINGS = {
    "refusing": "WORLD_REFUSING_PORT",
    "silent": "WORLD_SILENT_PORT",
}
_HIGHEST_PORT = 65535


class SettingsRefusedError(Exception):
    """A setting is missing or wrong; the text says which and what to do, in one line."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the books are kept, and which parts listen on which port (0: any free one).

    `dead_ports` are those at which nobody ever answers, by kind (dead_ports.py).
    """

    data_dir: Path
    host: str
    ports: Mapping[str, int]
    dead_ports: Mapping[str, int]


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the environment. A part without a port is not simulated; control always is.

    Raises SettingsRefusedError.
    """
    data_dir = environment.get("WORLD_DATA_DIR")
    if not data_dir:
        raise SettingsRefusedError(
            "WORLD_DATA_DIR is not set: name the folder for the world's books"
        )
    told = {part: environment.get(name, "") for part, name in _PORT_SETTINGS.items()}
    told[CONTROL] = told[CONTROL] or "0"
    ports = {part: _port(_PORT_SETTINGS[part], text) for part, text in told.items() if text}
    dead_ports = {
        kind: _port(name, environment[name])
        for kind, name in _DEAD_PORT_SETTINGS.items()
        if environment.get(name)
    }
    host = environment.get("WORLD_HOST") or "127.0.0.1"
    return Settings(Path(data_dir), host, ports, dead_ports)


def _port(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= _HIGHEST_PORT):
        raise SettingsRefusedError(f"{name} is {text!r}: give a port from 0 to {_HIGHEST_PORT}")
    return int(text)
