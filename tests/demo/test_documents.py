"""What the documents claim: the commands of the README run, its links lead somewhere, the diagrams are the code's."""

import json
import os
import re
import subprocess
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

import pytest

from app.banking.rules import ENDINGS, CardStatus
from app.ledger.rules import HoldStatus
from app.payments.rules import REFUND_TRANSITIONS, TRANSITIONS, Status
from app.status.components import INCIDENT_TRANSITIONS
from app.support.actions.rules import TRANSITIONS as ACTION_TRANSITIONS
from app.support.clocks.reckoning import ALLOWED, LEADS_TO
from app.support.conversations.rules import TRANSITIONS as CONVERSATION_TRANSITIONS
from tests.demo.running import ROOT

README = (ROOT / "README.md").read_text()
STATES = (ROOT / "docs" / "states.md").read_text()
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
ARROW = re.compile(r"^ +(\S+) --> (\S+?):?(?: .*)?$", re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


def diagram_after(heading: str) -> set[tuple[str, str]]:
    """The arrows between states of the first diagram below a heading."""
    drawn = STATES.partition(f"## {heading}\n")[2].partition("```mermaid")[2].partition("```")[0]
    return {(one, other) for one, other in ARROW.findall(drawn) if "[*]" not in (one, other)}


def test_the_first_payment_of_the_readme_runs_as_it_is_pasted(server_url: str):
    block = README.partition("```sh\n")[2].partition("```")[0]
    done = subprocess.run(
        ["sh", "-eu"],
        check=False,
        input=block,
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"], "URL": server_url, "no_proxy": "*"},
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    first, fault, unknown, held, _, settled, after, charges = done.stdout.splitlines()
    assert (first, unknown, settled) == ("succeeded", "processing", "succeeded")
    assert fault.startswith("flt_")
    assert '"held":1800' in held
    assert '"held":0' in after
    assert charges.count('"captured"') == 1


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_link_leads_to_a_file(document: Path):
    for target in LINK.findall(document.read_text()):
        assert (document.parent / target).exists(), target


def test_the_error_that_the_readme_shows_is_one_of_the_catalogue():
    shown = json.loads(README.partition("```json\n")[2].partition("```")[0])
    entry = (ROOT / "docs" / "errors.md").read_text().partition(f"## {shown['code']}\n")[2]
    assert entry.startswith(f"\nStatus {shown['status']}\n")
    assert f"- en: **{shown['title']}**. {shown['detail']}\n" in entry.partition("\n## ")[0]


def test_each_place_on_the_map_of_the_readme_is_there():
    tree = README.partition("## Where things are")[2].partition("```\n")[2].partition("```")[0]
    parent = Path()
    for line in tree.splitlines():
        name = line.split()[0]
        parent = parent if line.startswith(" ") else ROOT / name
        assert (parent / name if line.startswith(" ") else parent).exists(), name


def test_each_folder_at_the_top_is_on_the_map():
    folders = {
        path.split("/")[0] + "/"
        for path in subprocess.check_output(["git", "ls-files"], cwd=ROOT, text=True).splitlines()
        if "/" in path and not path.startswith(".")
    }
    assert {folder for folder in folders if f"\n{folder}" not in README} == set()


def test_the_diagram_of_clocks_is_the_table():
    table = {(one, LEADS_TO[event]) for event, before in ALLOWED.items() for one in before}
    assert diagram_after("Clock") == table


def test_the_diagram_of_payments_is_the_table_of_transitions():
    assert diagram_after("Payment, top-up, withdrawal") == _arrows(TRANSITIONS.items())
    assert all(status in STATES for status in Status)


def test_the_diagram_of_refunds_is_the_table_of_their_transitions():
    assert diagram_after("Refund") == _arrows(REFUND_TRANSITIONS.items())


def test_the_diagram_of_bank_cards_is_the_table_of_endings():
    assert diagram_after("Bank card") == _arrows(ENDINGS.items())
    assert all(status in STATES for status in CardStatus)


def test_the_diagram_of_incidents_is_the_table_of_their_transitions():
    assert diagram_after("Incident") == _arrows(INCIDENT_TRANSITIONS.items())


def test_the_diagram_of_conversations_is_the_table_of_their_transitions():
    assert diagram_after("Conversation") == _arrows(CONVERSATION_TRANSITIONS.items())


def test_the_diagram_of_holds_has_every_status():
    assert {state for arrow in diagram_after("Hold") for state in arrow} == set(HoldStatus)


def test_the_diagram_of_action_requests_is_the_table_of_their_transitions():
    assert diagram_after("Action request") == _arrows(ACTION_TRANSITIONS.items())


def _arrows(table: Iterable[tuple[StrEnum, Iterable[StrEnum]]]) -> set[tuple[str, str]]:
    return {(source.value, target.value) for source, targets in table for target in targets}
