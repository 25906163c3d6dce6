"""What the world is told by its environment. Read once, at the start."""

import base64
import binascii
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from world.postman import Receiver

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
_CALLBACK_URL_SETTING = "WORLD_CALLBACK_URL"
_CALLBACK_SECRET_SETTINGS = {
    "gateway": "WORLD_GATEWAY_CALLBACK_SECRET",
    "bank": "WORLD_BANK_CALLBACK_SECRET",
}
_SECRET_PREFIX = "whsec_"  # noqa: S105 - how Standard Webhooks marks a secret
_KEY_BYTES = range(24, 65)  # Standard Webhooks, "Signature scheme"
_HIGHEST_PORT = 65535


class SettingsRefusedError(Exception):
    """A setting is missing or wrong; the text says which and what to do, in one line."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the books are kept, and which parts listen on which port (0: any free one).

    `dead_ports` are those at which nobody ever answers, by kind (dead_ports.py). `callbacks` is who
    is told of outcomes, None for nobody.
    """

    data_dir: Path
    host: str
    ports: Mapping[str, int]
    dead_ports: Mapping[str, int]
    callbacks: Receiver | None


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
    return Settings(Path(data_dir), host, ports, dead_ports, _receiver(environment))


def _receiver(environment: Mapping[str, str]) -> Receiver | None:
    url = environment.get(_CALLBACK_URL_SETTING, "")
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        raise SettingsRefusedError(f"{_CALLBACK_URL_SETTING} is {url!r}: give an http(s) address")
    keys = {
        target: _key(name, environment[name])
        for target, name in _CALLBACK_SECRET_SETTINGS.items()
        if environment.get(name)
    }
    return Receiver(url.rstrip("/"), keys)


def _key(name: str, secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(_SECRET_PREFIX), validate=True)
    except (ValueError, binascii.Error):
        key = b""
    if not secret.startswith(_SECRET_PREFIX) or len(key) not in _KEY_BYTES:
        raise SettingsRefusedError(
            f"{name} is no secret: give whsec_ and then the base64 of 24 to 64 bytes"
        )
    return key


def _port(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= _HIGHEST_PORT):
        raise SettingsRefusedError(f"{name} is {text!r}: give a port from 0 to {_HIGHEST_PORT}")
    return int(text)
