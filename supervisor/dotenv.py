"""Reads a `.env` file: KEY=VALUE lines, comments, `export`, and quotes. No interpolation."""

import re
from pathlib import Path

from supervisor.errors import CannotStartError

_LINE = re.compile(
    r"""(?:export\s+)?
    (?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*=
    (?:\s+\#.*|\s*
      (?:'(?P<single>[^']*)'|"(?P<double>(?:[^"\\]|\\.)*)"|(?P<plain>[^'"\s].*?)?)
      (?:\s+\#.*)?
    )""",
    re.VERBOSE,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


def read_dotenv(path: Path) -> dict[str, str]:
    """Return the settings in the file, none where there is no file.

    Raises CannotStartError with the number of the first line that is no setting: a line that is
    silently skipped would be a secret or an address that silently is not used.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise CannotStartError(f"{path} cannot be read ({error}): mend or remove it") from None
    settings = {}
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise CannotStartError(f"{path}, line {number} is not NAME=value: mend or remove it")
        settings[match["name"]] = _value(match)
    return settings


def _value(match: re.Match[str]) -> str:
    if match["double"] is not None:
        return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), match["double"])
    return match["single"] or match["plain"] or ""
