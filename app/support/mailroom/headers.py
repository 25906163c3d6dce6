"""Reading headers as they come: encoded, folded, doubled, broken. Pure."""

from collections.abc import Iterator
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses

from app.auth.identifiers import Identifier, IdentifierInvalidError, parse_email
from app.support.mailroom.rules import MESSAGE_ID, MOST_MESSAGE_IDS

_LONGEST = 2000
_GUESSES = ("utf-8", "gb18030")


def decoded(value: object) -> str:
    """A header's words in one line, encoded words decoded (RFC 2047); what can't be decoded is shown as it came."""
    text = str(value)[:_LONGEST]
    try:
        words = "".join(_word(chunk, charset) for chunk, charset in decode_header(text))
    except (HeaderParseError, LookupError, ValueError):
        words = text
    printable = "".join(char if char.isprintable() else " " for char in words)
    return " ".join(printable.split())


def read_bytes(raw: bytes, charset: str | None) -> str:
    """Bytes as text, in the charset that is named where that fits, else guessed; any bytes are something in Latin-1."""
    for each in (charset, *_GUESSES) if charset else _GUESSES:
        try:
            return raw.decode(each)
        except (LookupError, ValueError):
            continue
    return raw.decode("latin-1")


def _word(chunk: bytes | str, charset: str | None) -> str:
    return chunk if isinstance(chunk, str) else read_bytes(chunk, charset)


def header(mail: Message, name: str) -> str:
    """The header's words; empty where there is none. Of several, the first."""
    return decoded(next(_values(mail, name), ""))


def only_address(mail: Message, name: str) -> Identifier | None:
    """The one address that a header names; None where it names none, several, or no address that mail can reach."""
    found = getaddresses([value[:_LONGEST] for value in _values(mail, name)])
    return address_of(found[0][1]) if len(found) == 1 else None


def address_of(text: str) -> Identifier | None:
    """An e-mail address, parsed; None where it is none."""
    try:
        return parse_email(text)
    except IdentifierInvalidError:
        return None


def message_ids(mail: Message, name: str) -> list[str]:
    """The Message-IDs of a header with their brackets, in order; of very many, the last ones."""
    return list(_ids(mail, name))[-MOST_MESSAGE_IDS:]


def _ids(mail: Message, name: str) -> Iterator[str]:
    for value in _values(mail, name):
        yield from MESSAGE_ID.findall(value)


def _values(mail: Message, name: str) -> Iterator[str]:
    """What stands in the headers of that name; bytes beyond ASCII that nobody encoded are guessed as in texts."""
    for each, value in mail.raw_items():
        if each.lower() == name.lower():
            raw = str(value).encode("utf-8", "surrogateescape")
            yield read_bytes(raw, None)
