"""Rules about the code that no other tool holds."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = [
    path
    for folder in ("app", "world", "supervisor", "demo")
    for path in sorted((ROOT / folder).rglob("*.py"))
]
LONGEST_FUNCTION = 70
LONGEST_FILE = 400
FORBIDDEN_NAMES = {"utils.py", "util.py", "helpers.py", "helper.py", "misc.py", "common_utils.py"}
# Who may import Flask besides core/http: a domain's routes and commands, and the root.
MAY_KNOW_FLASK = {
    "routes.py",
    "web.py",
    "site.py",
    "cli.py",
    "factory.py",
    "serve.py",
    "database.py",
}


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_no_function_is_over_seventy_lines() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.name}"
        for path in SOURCES
        for node in functions(path)
        if (node.end_lineno or node.lineno) - node.lineno >= LONGEST_FUNCTION
    ]
    assert long == []


def test_no_file_grows_past_reading() -> None:
    long = [str(it) for it in SOURCES if len(it.read_text().splitlines()) > LONGEST_FILE]
    assert long == []


def test_nothing_is_called_utils() -> None:
    assert [str(it) for it in SOURCES if it.name in FORBIDDEN_NAMES] == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda it: str(it.relative_to(ROOT)))
def test_only_the_outer_files_import_flask(path: Path) -> None:
    inside_http = "core/http" in path.as_posix()
    if path.parts[len(ROOT.parts)] != "app" or inside_http or path.name in MAY_KNOW_FLASK:
        return
    assert not {"flask", "flask_smorest"} & set(imports(path))


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]
        elif isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    marks = ("mark.skip", "mark.xfail", "pytest.skip(")
    here = Path(__file__)
    found = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "tests").rglob("*.py")
        if path != here and any(mark in path.read_text() for mark in marks)
    ]
    assert found == []
