"""The catalogue of errors as docs/errors.md and as the page that a problem's `type` points to."""

from html import escape

import click
from flask import Flask, Response
from flask.cli import AppGroup

from app.core.errors import ERRORS, FIELD_ERRORS
from app.core.http.problems import ERRORS_PAGE

_HEAD = """# Errors

Every error is an RFC 9457 problem document; clients switch on `code`, people read `title` and `detail`
(`Accept-Language: zh-CN` or `en`). This file is what `flask --app wsgi docs errors` prints; a test compares the two.
"""


def errors_markdown() -> str:
    """The whole catalogue, by code, in Markdown."""
    parts = [_HEAD]
    for code, error in sorted(ERRORS.items()):
        parts.append(
            f"## {code}\n\nStatus {error.status}\n\n"
            f"- en: **{error.title.en}**. {error.detail.en}\n"
            f"- zh-CN: **{error.title.zh}**。{error.detail.zh}\n"
        )
    parts.append("# Field errors\n\nThe `code` of an entry of `errors`.\n")
    parts.append("| code | en | zh-CN |\n| --- | --- | --- |")
    rows = [f"| `{code}` | {text.en} | {text.zh} |" for code, text in sorted(FIELD_ERRORS.items())]
    return "\n".join(parts) + "\n" + "\n".join(rows) + "\n"


def install_errors_page(app: Flask) -> None:
    """Serve the catalogue where the `type` of a problem points, and print it by `flask docs errors`."""
    app.add_url_rule(ERRORS_PAGE, "docs.errors", _errors_page)
    commands = AppGroup("docs", help="What is generated from the code.")
    commands.command("errors", help="The catalogue of errors in Markdown.")(_print_errors)
    app.cli.add_command(commands)


def _print_errors() -> None:
    click.echo(errors_markdown(), nl=False)


def _errors_page() -> Response:
    rows = "".join(
        f'<section id="{escape(code)}"><h2>{escape(code)}</h2><p>{error.status}</p>'
        f'<p lang="en"><b>{escape(error.title.en)}</b> {escape(error.detail.en)}</p>'
        f'<p lang="zh-CN"><b>{escape(error.title.zh)}</b> {escape(error.detail.zh)}</p></section>'
        for code, error in sorted(ERRORS.items())
    )
    page = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Errors</title>{rows}</html>'
    )
    return Response(page, content_type="text/html; charset=utf-8")
