"""The threat model and the list of the ASVS name what is there: tests, files, routes, and every requirement once."""

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.client import Client
from tests.security.surface import described_operations

ROOT = Path(__file__).parents[2]
THREATS = (ROOT / "docs/threat-model.md").read_text()
ASVS = (ROOT / "docs/asvs.md").read_text()
REQUIREMENTS = ASVS.partition("\n## NIST")[0]
TEST = re.compile(r"`([a-z_/]+\.py)::(test_\w+)`")
FILE = re.compile(r"`((?:app|bench|docs|supervisor|world|soak|script|tests)/[\w/.-]+)`")
NUMBER = re.compile(r"\bV?([0-9]+\.[0-9]+\.[0-9]+)\b")
CASES = re.compile(r"^\| ([0-9]+) \| .*$", re.MULTILINE)

SECTIONS: dict[int, tuple[int, ...]] = {
    1: (2, 10, 12, 3, 3),
    2: (3, 3, 5, 2),
    3: (1, 3, 5, 8, 8, 1, 5),
    4: (5, 5, 2, 4),
    6: (3, 12, 8, 6, 8, 4, 2, 4),
    7: (3, 4, 2, 5, 3, 2),
    8: (4, 4, 3, 2),
    11: (4, 5, 5, 4, 2, 2, 2),
    12: (5, 2, 5),
    13: (4, 6, 4, 7),
    14: (2, 8, 3),
    15: (5, 5, 7, 4),
    16: (1, 5, 4, 3, 4),
}
"""How many requirements each section of ASVS 5.0.0 has, by chapter; what the others are about isn't here."""
OTHER_CHAPTERS = (5, 9, 10, 17)
ANSWERS = {"met", "partly", "not met", "deviates", "operator", "n/a"}


def rows(document: str) -> list[list[str]]:
    """The cells of every row of every table, heads and rules left out."""
    lines = [line for line in document.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return [row for row in cells if not set(row[0]) <= {"-"}]


@pytest.mark.parametrize("document", [THREATS, ASVS], ids=["threat-model", "asvs"])
def test_every_test_that_is_named_is_there(document: str) -> None:
    named = set(TEST.findall(document))
    assert len(named) > 80
    for file, name in named:
        path = ROOT / "tests" / file
        assert path.is_file(), file
        assert re.search(rf"^ *def {name}\(", path.read_text(), re.MULTILINE), (file, name)


@pytest.mark.parametrize("document", [THREATS, ASVS], ids=["threat-model", "asvs"])
def test_every_file_that_is_named_is_there(document: str) -> None:
    named = FILE.findall(document)
    assert named
    assert [file for file in named if not (ROOT / file).exists()] == []


def test_every_abuse_case_names_a_test_and_has_a_number_of_its_own() -> None:
    cases = list(CASES.finditer(THREATS))
    assert [int(case[1]) for case in cases] == list(range(1, len(cases) + 1))
    assert len(cases) >= 120
    assert [case[1] for case in cases if not TEST.search(case[0])] == []


def test_every_family_of_routes_is_among_the_doors(client: Client) -> None:
    doors = THREATS.partition("## Doors\n")[2].partition("\n## ")[0]
    families = {family(it.path) for it in described_operations(client)}
    assert len(families) >= 15
    assert {it for it in families if f"`{it}`" not in doors} == set()


def test_a_family_is_what_stands_behind_the_version() -> None:
    assert family("/v1/auth/login") == "/v1/auth"
    assert family("/internal/v1/webhook-endpoints/{id}") == "/internal/v1/webhook-endpoints"
    assert family("/sandbox/v1/users") == "/sandbox/v1"
    assert family("/callbacks/bank") == "/callbacks/bank"


def family(path: str) -> str:
    """The part of an address that says which house it belongs to; the sandbox is one house."""
    found = re.match(r"/sandbox/v1|/(internal/)?v1/[^/]+|/callbacks/[^/]+", path)
    return found[0] if found else path


def test_every_requirement_is_answered_once() -> None:
    answered = Counter(
        number
        for row in rows(REQUIREMENTS)
        if NUMBER.match(row[0])
        for number in NUMBER.findall(row[0])
    )
    expected = {
        f"{chapter}.{section}.{number}"
        for chapter, sizes in SECTIONS.items()
        for section, size in enumerate(sizes, 1)
        for number in range(1, size + 1)
    }
    assert {number for number, times in answered.items() if times > 1} == set()
    assert expected - answered.keys() == set(), "unanswered"
    assert answered.keys() - expected == set(), "no such requirement"
    for chapter in OTHER_CHAPTERS:
        assert f"- **V{chapter} " in REQUIREMENTS


def test_every_answer_is_one_of_the_words_and_what_is_met_is_shown() -> None:
    answers = [row for row in rows(REQUIREMENTS) if NUMBER.match(row[0])]
    assert len(answers) > 100
    for number, _, answer, how in answers:
        assert answer in ANSWERS, (number, answer)
        shown = TEST.search(how) or FILE.search(how) or re.search(r"\]\(", how)
        assert shown or answer in {"n/a", "operator", "not met"}, number
