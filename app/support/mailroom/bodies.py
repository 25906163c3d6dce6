"""The words of a mail's parts, whatever their charset and kind. Pure; nothing in here raises for what a mail holds."""

from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from html.parser import HTMLParser
from typing import Final

from app.support.mailroom.headers import decoded, read_bytes
from app.support.mailroom.rules import MOST_ATTACHMENTS, MOST_PARTS, MOST_TEXT

_SILENT: Final = frozenset({"script", "style", "head", "title", "template"})
_BREAKS: Final = frozenset(
    {"br", "p", "div", "tr", "li", "h1", "h2", "h3", "h4", "blockquote", "table", "hr", "pre"}
)
_NAME_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class Body:
    """What a mail says in words, and the names of what it brings besides."""

    text: str
    attachments: tuple[str, ...]


def read_body(mail: Message) -> Body:
    """The plain text where there is one, else the words of the HTML. Attached mails and files are only named."""
    plain: list[str] = []
    html: list[str] = []
    attachments: list[str] = []
    for part in _leaves(mail):
        kind = part.get_content_type()
        if _is_attached(part) or kind not in ("text/plain", "text/html"):
            attachments.append(_name(part))
        elif kind == "text/plain":
            plain.append(_text(part))
        else:
            html.append(_text(part))
    text = "\n".join(plain) if any(each.strip() for each in plain) else _words("\n".join(html))
    return Body(_clean(text), tuple(attachments[:MOST_ATTACHMENTS]))


def _leaves(mail: Message) -> Iterator[Message]:
    """The parts that hold no parts, in order; a mail within a mail is one of them."""
    waiting, seen = [mail], 0
    while waiting and seen < MOST_PARTS:
        part = waiting.pop(0)
        seen += 1
        inner = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inner, list):
            waiting[:0] = [each for each in inner if isinstance(each, Message)]
        else:
            yield part


def _is_attached(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or part.get_filename() is not None


def _name(part: Message) -> str:
    name = decoded(part.get_filename() or "") or part.get_content_type()
    return name.replace("/", "_").replace("\\", "_")[:_NAME_MAX]


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    return read_bytes(payload[: MOST_TEXT * 4], part.get_content_charset())


def _clean(text: str) -> str:
    """Lines that end alike, without the characters that no text needs (NUL among them)."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")[:MOST_TEXT]
    return "".join(char for char in lines if char in "\n\t" or char.isprintable())


class _Words(HTMLParser):
    """Collects the words of a page, with a new line where a block ends."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin to keep silent, or a new line."""
        self._silent += tag in _SILENT
        if tag in _BREAKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """End what began."""
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in _BREAKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        """Keep what is read aloud."""
        if not self._silent:
            self.parts.append(" ".join(data.split()) if data.strip() else " ")


def _words(html: str) -> str:
    if not html.strip():
        return ""
    reader = _Words()
    reader.feed(html[:MOST_TEXT])
    reader.close()
    lines = (line.strip() for line in "".join(reader.parts).split("\n"))
    return "\n".join(line for line in lines if line)
