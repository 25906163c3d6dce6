"""A collection of secrets, and the search for them in whatever a run leaves behind.

Long ones (tokens, passwords, keys) are searched for as they are and in the spellings that programs give them. Short
ones (six digits) only as words of their own, since inside a digest, a time or a number they are chance.
"""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa

SHORT = 8
"""Below so many characters a secret must stand alone to count."""
BIN_DIGITS, LAST_DIGITS = 6, 4  # what PCI DSS, 3.4.1, lets anybody see of a card number


@dataclass
class Secrets:
    """Secrets by what they are; `add` as they come up, then `leaks` or `places`."""

    known: dict[str, str] = field(default_factory=dict)
    _found_by: re.Pattern[bytes] | None = None

    def add(self, what: str, secret: object) -> str:
        """Remember one and hand it back."""
        text = str(secret)
        assert len(text) >= 6, what
        self.known[text] = what
        self._found_by = None
        return text

    def add_card_number(self, number: str) -> str:
        """A card number counts whole, in groups, and by its middle digits alone."""
        self.add("card number", number)
        self.add("card number in groups", re.sub(r"(.{4})(?=.)", r"\1 ", number))
        self.add("middle of a card number", number[BIN_DIGITS:-LAST_DIGITS])
        return number

    def leaks(self, content: bytes) -> set[str]:
        """What of them is in there, by kind and the first characters, so that a failure leaks less than it found."""
        if self._found_by is None:
            self._found_by = re.compile(b"|".join(sorted(set(self._spellings()))))
        return {self._name(match.group()) for match in self._found_by.finditer(content)}

    def _spellings(self) -> Iterator[bytes]:
        for secret in self.known:
            if len(secret) < SHORT:
                yield rb"(?<![0-9A-Za-z.])" + secret.encode() + rb"(?![0-9A-Za-z])"
            else:
                yield from (re.escape(it) for it in spellings(secret))

    def _name(self, found: bytes) -> str:
        for secret, what in self.known.items():
            if found in (secret.encode(), *spellings(secret)):
                return f"{what} {secret[:3]}…"
        return "a secret"


def spellings(secret: str) -> set[bytes]:
    """The secret as UTF-8, in JSON, in an address, in UTF-16, in hex and in base64."""
    raw = secret.encode()
    # Where it stands in a longer text decides how base64 cuts it; what doesn't depend on neighbours stays.
    inner = {
        base64.b64encode(b"\0" * lead + raw + b"\0" * 2)[_head(lead) : _tail(lead, raw)]
        for lead in range(3)
    }
    return {
        raw,
        json.dumps(secret)[1:-1].encode(),
        quote(secret, safe="").encode(),
        secret.encode("utf-16-le"),
        raw.hex().encode(),
        *inner,
    }


def _head(lead: int) -> int:
    return 0 if lead == 0 else lead + 1


def _tail(lead: int, raw: bytes) -> int:
    return (lead + len(raw)) * 8 // 6


def in_files(secrets: Secrets, folder: Path) -> list[tuple[str, str]]:
    """Leaks in every file below the folder, but not in the world's own books (contract, section 9)."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    ours = [path for path in files if not path.relative_to(folder).parts[0].startswith("world")]
    return [(str(path.name), leak) for path in ours for leak in secrets.leaks(path.read_bytes())]


def in_database(secrets: Secrets, url: str) -> tuple[list[tuple[str, str]], int]:
    """Leaks in every column of every table, side tables included; and how many values there were."""
    engine = sa.create_engine(url)
    found, count = [], 0
    try:
        with engine.connect() as connection:
            for table in sa.inspect(connection).get_table_names():
                quoted = engine.dialect.identifier_preparer.quote(table)
                for row in connection.execute(sa.text(f"SELECT * FROM {quoted}")).mappings():
                    for column, value in row.items():
                        count += 1
                        content = value if isinstance(value, bytes) else str(value).encode()
                        found += [(f"{table}.{column}", leak) for leak in secrets.leaks(content)]
    finally:
        engine.dispose()
    return found, count
