"""What the supervisor itself needs to know, read from the environment and `.env`.

Everything else in the environment is passed on to the programs untouched; they read it themselves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from supervisor.errors import CannotStartError

MINIMUM_SECRET_LENGTH = 32  # contract, section 1


@dataclass(frozen=True)
class Settings:
    """The supervisor's own settings; `environment` is everything that the programs inherit."""

    host: str
    port: int
    production: bool
    data_dir: Path
    environment: Mapping[str, str]


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Check the settings and fill in the contract's defaults (section 1).

    An empty value counts as none. Raises CannotStartError naming the setting that is wrong.
    """
    values = {
        name: value for name, value in environment.items() if value or not is_of_the_wallet(name)
    }
    return Settings(
        host=values.get("WALLET_HOST", "127.0.0.1"),
        port=_port(values.get("PORT", "8000")),
        production=_production(values.get("WALLET_ENV", "sandbox")),
        data_dir=Path(values.get("WALLET_DATA_DIR", "var")).absolute(),
        environment=values,
    )


def is_of_the_wallet(name: str) -> bool:
    """Whether a variable of the environment is a setting of the wallet."""
    return name == "PORT" or name.startswith("WALLET_")


def _port(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) <= 5 and int(value) <= 65535):
        raise CannotStartError(
            f"PORT={value!r} is no port: set a whole number from 1 to 65535, or 0 for any free one"
        )
    return int(value)


def _production(value: str) -> bool:
    if value not in ("sandbox", "production"):
        raise CannotStartError(f"WALLET_ENV={value!r} is unknown: set sandbox or production")
    return value == "production"
