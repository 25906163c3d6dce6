"""The schedule comes from the seed alone, and the journal holds what was asked before it is asked."""

from collections import Counter
from pathlib import Path

import pytest

from soak.journal import Answer, Call, Journal, read_journals
from soak.strikes import schedule, targets_of
from soak.troubles import catalogue

# Contract, section 9.
EVERY_KIND = {
    *("connection_refused", "reset_before", "reset_after", "hang_before", "hang_after", "drip"),
    *("http_500", "http_503", "garbage", "declined", "insufficient_funds", "card_frozen"),
    *("delay", "duplicate_callback", "late_success"),
}


def test_the_same_seed_strikes_at_the_same_moments_and_another_at_others() -> None:
    assert schedule(7, 600, 50, "postgres") == schedule(7, 600, 50, "postgres")
    assert schedule(7, 600, 50, "postgres") != schedule(8, 600, 50, "postgres")


@pytest.mark.parametrize("db", ["sqlite", "postgres"])
@pytest.mark.parametrize("kills", [0, 1, 3, 50])
def test_a_schedule_has_the_kills_that_were_asked_for_within_the_time(db: str, kills: int) -> None:
    strikes = schedule(3, 600, kills, db)
    hits = Counter(target for strike in strikes for target in strike.targets)
    assert hits.total() == kills
    assert [strike.at for strike in strikes] == sorted(strike.at for strike in strikes)
    assert all(0 < strike.at < 600 for strike in strikes)
    if kills == 50:
        assert set(hits) == set(targets_of(db))


def test_every_kind_of_fault_is_made() -> None:
    assert {body["kind"] for body, _ in catalogue()} == EVERY_KIND


def test_what_is_read_from_a_journal_is_what_was_written(tmp_path: Path) -> None:
    call = Call("k1", "payment", "usr_1", "/v1/payments", {"amount": 5}, "k1", 5, password=True)
    with Journal(tmp_path / "a.jsonl") as journal:
        journal.intend(call)
        [asked] = read_journals([tmp_path / "a.jsonl"])
        assert asked == call
        journal.answered(call, Answer(None, problem="ReadError"))
        journal.intend(call)
        journal.answered(call, Answer(201, {"id": "pay_1"}))
    [read] = read_journals([tmp_path / "a.jsonl"])
    assert read == call
    assert [answer.status for answer in read.answers] == [None, 201]
    assert "transaction_password" not in (tmp_path / "a.jsonl").read_text()
