"""Reports as CSV: the same figures as the JSON, columns that stay, and no cell that a spreadsheet would run."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from app.core.clock import rfc3339
from app.core.spreadsheets import FORMULAS, GUARD, Cell, write_csv
from app.factory import Wallet
from app.payments.models import Attempt
from app.payments.rules import Kind
from app.support.reports.spreadsheets import DEFLECTION_COLUMNS, FAILURE_COLUMNS, SLA_COLUMNS
from tests.client import Answer, Client
from tests.factories.conversations import DESK, begin
from tests.factories.people import create_person
from tests.factories.staff import Colleague, create_agent
from tests.factories.status import create_attempt

REPORTS = "/internal/v1/reports"
DOCS = Path(__file__).parents[3] / "docs/reports.md"
COLUMNS = {
    "failures": FAILURE_COLUMNS,
    "sla": SLA_COLUMNS,
    "deflection": DEFLECTION_COLUMNS,
}
NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
TWO_HOURS = {"from": rfc3339(NINE), "to": rfc3339(NINE + timedelta(hours=2))}


@pytest.fixture
def agent(wallet: Wallet) -> Colleague:
    return create_agent(wallet)


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def rows_of(answer: Answer) -> list[dict[str, str]]:
    head, *rows = read(answer.raw.decode())
    return [dict(zip(head, row, strict=True)) for row in rows]


def figure(value: object) -> str:
    return "" if value is None else str(value)


@pytest.mark.parametrize("report", COLUMNS)
def test_it_is_a_file_of_a_proper_type_and_name_with_its_columns(
    agent: Colleague, report: str
) -> None:
    answer = agent.client.get(f"{REPORTS}/{report}", format="csv", **TWO_HOURS)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    named = f'attachment; filename="{report}-2026-03-02-2026-03-02.csv"'
    assert answer.headers["Content-Disposition"] == named
    assert answer.raw.startswith(",".join(COLUMNS[report]).encode() + b"\r\n")
    assert answer.raw.count(b"\n") == answer.raw.count(b"\r\n") == len(rows_of(answer)) + 1


@pytest.mark.parametrize("report", COLUMNS)
@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_json_is_what_is_answered_unless_csv_is_asked_for(agent: Colleague, report: str) -> None:
    path = f"{REPORTS}/{report}"
    plain, asked = agent.client.get(path), agent.client.get(path, format="json")
    assert plain.headers["Content-Type"] == asked.headers["Content-Type"] == "application/json"
    assert agent.client.get(path, format="xlsx").code == "validation_failed"
    assert Client(agent.client.flask).get(path, format="csv").code == "access_token_missing"


def test_failures_are_those_of_the_json(wallet: Wallet, agent: Colleague) -> None:
    with wallet.database.transaction() as tx:
        for minutes, code in ((0, None), (5, "read_timeout"), (70, "risk"), (71, "risk")):
            at = NINE + timedelta(minutes=minutes)
            create_attempt(tx, at, code=code, kind=Kind.PAYMENT)
    path, hours = f"{REPORTS}/failures", TWO_HOURS | {"step": "hour"}
    report = agent.client.get(path, **hours).body
    rows = rows_of(agent.client.get(path, format="csv", **hours))

    def told(section: str) -> list[tuple[str, ...]]:
        wanted = ("from", "reason", "code", "attempts", "failures", "rate")
        return [tuple(it[name] for name in wanted) for it in rows if it["section"] == section]

    total, begun = report["total"], rfc3339(NINE)
    assert told("total") == [(begun, "", "", "4", "3", figure(total["rate"]))]
    assert told("total_reason") == [
        (begun, "declined", "risk", "4", "2", "0.5"),
        (begun, "network_error", "read_timeout", "4", "1", "0.25"),
    ]
    assert told("span") == [
        (it["at"], "", "", str(it["attempts"]), str(it["failures"]), figure(it["rate"]))
        for it in report["points"]
    ]
    assert [it[:3] for it in told("span_reason")] == [
        (begun, "network_error", "read_timeout"),
        (rfc3339(NINE + timedelta(hours=1)), "declined", "risk"),
    ]
    assert {it["section"] for it in rows} >= {"app_version", "network_type"}


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_range_of_nothing_has_a_head_and_no_rows(agent: Colleague) -> None:
    backwards = {"from": TWO_HOURS["to"], "to": TWO_HOURS["from"]}
    answer = agent.client.get(f"{REPORTS}/failures", format="csv", **backwards)
    assert answer.raw.decode() == ",".join(FAILURE_COLUMNS) + "\r\n"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="failures.csv"'


def test_promises_are_those_of_the_json(wallet: Wallet, agent: Colleague) -> None:
    made = begin(create_person(wallet).client, channel="ticket")["id"]
    agent.client.post(f"{DESK}/{made}/messages", {"text": "hello"})
    report = agent.client.get(f"{REPORTS}/sla").body
    rows = rows_of(agent.client.get(f"{REPORTS}/sla", format="csv"))
    figures = ("met", "missed", "rate", "median_seconds", "p90_seconds")
    clocks = ("first_response", "resolution", "promise")
    assert [tuple(row[name] for name in ("channel", "clock", *figures)) for row in rows] == [
        (it["channel"], clock, *(figure(it[clock][name]) for name in figures))
        for it in report["channels"]
        for clock in clocks
    ]
    assert sum(int(row["met"]) for row in rows) > 0


def test_deflection_is_that_of_the_json(wallet: Wallet, agent: Colleague) -> None:
    person = create_person(wallet, balance=100)
    failed = person.pay(500)["id"]
    person.client.post("/v1/support/payment-diagnoses", {"payment_id": failed})
    report = agent.client.get(f"{REPORTS}/deflection").body
    rows = rows_of(agent.client.get(f"{REPORTS}/deflection", format="csv"))
    figures = ("decided", "paid", "contacted", "deflected", "waiting", "rate")
    every = [{"verdict": "all"} | report["total"], *report["by_verdict"]]
    assert [tuple(row[name] for name in ("verdict", *figures)) for row in rows] == [
        (it["verdict"], *(figure(it[name]) for name in figures)) for it in every
    ]
    assert rows[0]["waiting"] == "1"


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_an_app_version_that_is_a_formula_is_text(wallet: Wallet, agent: Colleague) -> None:
    with wallet.database.transaction() as tx:
        made = sa.update(Attempt).where(Attempt.id == create_attempt(tx, NINE))
        tx.execute(made.values(app_version="=cmd|'/c calc'!A1"))
    answer = agent.client.get(f"{REPORTS}/failures", format="csv", **TWO_HOURS)
    names = [it["name"] for it in rows_of(answer) if it["section"] == "app_version"]
    assert names == ["'=cmd|'/c calc'!A1"]


def test_the_docs_name_each_column_in_its_order() -> None:
    _, *sections = DOCS.read_text().split("\n## ")
    found = {
        section.partition("\n")[0]: tuple(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))
        for section in sections
    }
    assert found == COLUMNS


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_the_description_names_both_types_and_every_column(client: Client) -> None:
    paths = client.get("/openapi.json")["paths"]
    for report, columns in COLUMNS.items():
        operation = paths[f"{REPORTS}/{report}"]["get"]
        assert set(operation["responses"]["200"]["content"]) == {"application/json", "text/csv"}
        [asked] = [it for it in operation["parameters"] if it["name"] == "format"]
        assert (asked["schema"]["enum"], asked["schema"]["default"]) == (["json", "csv"], "json")
        assert ", ".join(columns) in operation["description"].replace("\n", " ")


CELLS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
    st.builds(str.__add__, st.sampled_from(FORMULAS), st.text("=+-@\t\r\n\"',;a1")),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.none(),
)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2)))
def test_what_was_written_is_read_again_and_no_text_is_a_formula(rows: list[list[Cell]]) -> None:
    head, *told = read(write_csv(["a", "b"], rows))
    assert head == ["a", "b"]
    for row, written in zip(rows, told, strict=True):
        for cell, text in zip(row, written, strict=True):
            if isinstance(cell, str):
                assert not text.startswith(FORMULAS)
                assert text in (cell, f"{GUARD}{cell}")
            else:
                assert text == figure(cell)
