"""How the tour is told on a terminal or into a file: headings, what is sent, what is answered.

Colours only on a terminal that wants them. Tokens are cut short: they are secrets, even here.
"""

import json
import os
import sys
import textwrap
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, TextIO
from urllib.parse import unquote

from demo.client import Answer, Request
from demo.documents import MissingFieldError

_WIDTH = 110
_COLOURS = {"heading": "1;36", "says": "1", "sent": "2", "good": "32", "bad": "1;31", "quiet": "2"}
_TOKENS = frozenset({"access_token", "refresh_token", "verification_token"})
_TOKEN_SHOWN = 6


def wants_colour(out: TextIO, environment: Mapping[str, str]) -> bool:
    """Whether to colour: a terminal, and neither NO_COLOR nor a dumb one (https://no-color.org)."""
    plain = bool(environment.get("NO_COLOR")) or environment.get("TERM") == "dumb"
    return out.isatty() and not plain


class Narration:
    """Writes the tour, line by line."""

    def __init__(self, out: TextIO = sys.stdout) -> None:
        self._out = out
        self._coloured = wants_colour(out, os.environ)

    def heading(self, text: str) -> None:
        """A chapter begins."""
        self._line("", "")
        self._line("heading", text)
        self._line("heading", "─" * len(text))

    def remark(self, text: str) -> None:
        """A sentence between steps."""
        self._line("quiet", text, "  ")

    def quote(self, text: str) -> None:
        """A longer text that was answered; Chinese has no blanks to break at, and is twice as wide."""
        for line in textwrap.wrap(text, _WIDTH // 2):
            self._line("quiet", line, "      ")

    def says(self, text: str) -> None:
        """What the next step is about."""
        self._line("", "")
        self._line("says", text, "  ")

    def sent(self, request: Request) -> None:
        """Method, target and body of a request, and the headers that this step is about."""
        headers = "".join(f"  {name}: {value}" for name, value in request.headers.items())
        body = "" if request.body is None else f"  {_compact(_without_tokens(request.body))}"
        self._line(
            "sent", f"→ {request.method} {unquote(request.target)}{body}{headers}", "    ", "      "
        )

    def answer(self, answer: Answer, paths: Sequence[str], headers: Sequence[str]) -> None:
        """Status and the fields that matter of an answer that is as expected."""
        self.good(_summary(answer, paths, headers))

    def surprise(self, answer: Answer, paths: Sequence[str], differences: Sequence[str]) -> None:
        """An answer that is not what the step said: what came instead, and in what it differs."""
        told = [*paths, "code", "detail"] if answer.status >= HTTPStatus.BAD_REQUEST else paths
        self.bad(_summary(answer, list(dict.fromkeys(told)), ()))
        for difference in differences:
            self._line("bad", difference, "      ", "        ")

    def good(self, text: str) -> None:
        """Something that is as it should be."""
        self._line("good", f"✓ {text}", "    ", "      ")

    def bad(self, text: str) -> None:
        """Something that is not."""
        self._line("bad", f"✗ {text}", "    ", "      ")

    def _line(self, style: str, text: str, indent: str = "", further: str | None = None) -> None:
        wrapped = textwrap.wrap(
            text,
            _WIDTH,
            initial_indent=indent,
            subsequent_indent=indent if further is None else further,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for line in wrapped or [""]:
            shown = f"\x1b[{_COLOURS[style]}m{line}\x1b[0m" if self._coloured and style else line
            self._out.write(f"{shown}\n")
        self._out.flush()


def _summary(answer: Answer, paths: Sequence[str], headers: Sequence[str]) -> str:
    said = [f"{path}: {_shown(answer, path)}" for path in paths]
    said += [f"{name}: {answer.headers.get(name)}" for name in headers]
    return answer.title + ("  " + " · ".join(said) if said else "")


def _shown(answer: Answer, path: str) -> str:
    try:
        value = answer[path]
    except MissingFieldError:
        return "(missing)"
    if path.rpartition(".")[2] in _TOKENS:
        value = _cut_short(value)
    if isinstance(value, list) and any(isinstance(one, dict) for one in value):
        return f"{len(value)} of them"
    return value if isinstance(value, str) else _compact(value)


def _without_tokens(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _cut_short(value) if name in _TOKENS else value for name, value in body.items()}


def _cut_short(token: object) -> str:
    return f"{str(token)[:_TOKEN_SHOWN]}…"


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": "))
