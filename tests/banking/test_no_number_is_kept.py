"""A card number is stored nowhere and logged nowhere: not bound, not refused, not whole, not by its middle digits."""

import logging
import secrets
from collections import deque

import pytest
import sqlalchemy as sa
import structlog
from stdnum import luhn

from app.banking.issuers import CARD_TYPE_NAMES, CardType, banks, card_name
from app.edges.results import Problem
from app.factory import Wallet
from tests.conftest import Clock, Outside
from tests.factories.banking import HOLDER, PHONE, new_card_body
from tests.factories.people import create_person
from tests.fakes import Unanswered

MIDDLE_SHOWN_BY_CHANCE = 7
"""So many digits of the middle in a row are taken for the number; fewer occur in ids and times."""


def unguessable_number() -> str:
    body = f"622202{secrets.randbelow(9 * 10**11) + 10**11:012d}"
    return body + luhn.calc_check_digit(body)


def parts_of(number: str) -> set[str]:
    """Every run of digits between the issuer's six and the last four that would give the number away."""
    middle = number[6:-4]
    return {
        middle[start : start + MIDDLE_SHOWN_BY_CHANCE]
        for start in range(len(middle) - MIDDLE_SHOWN_BY_CHANCE + 1)
    }


def stored(wallet: Wallet) -> str:
    """Every value of every table of the database, bytes too."""
    with wallet.app.app_context():
        tables = sa.inspect(wallet.database.engine).get_table_names()
    with wallet.database.snapshot() as tx:
        rows = [
            tuple(row)
            for table in tables
            for row in tx.execute(sa.select("*").select_from(sa.table(table)))
        ]
    return "\n".join(map(str, rows))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_no_table_and_no_log_line_holds_a_number_that_was_bound_or_refused(
    wallet: Wallet, clock: Clock, outside: Outside, caplog: pytest.LogCaptureFixture
) -> None:
    person = create_person(wallet)
    caplog.set_level(logging.DEBUG)
    numbers = [unguessable_number() for _ in range(5)]

    def bind(number: str, **changes: object) -> int:
        return person.client.post("/v1/bank-cards", new_card_body(number, **changes)).status

    with structlog.testing.capture_logs() as lines:
        assert bind(numbers[0]) == 201
        clock.run_due()
        outside.bank.script = deque([Problem.DECLINED, Unanswered(Problem.READ_TIMEOUT)])
        assert (bind(numbers[1]), bind(numbers[2])) == (409, 503)
        assert bind(numbers[3], transaction_password="135790") == 403
        assert bind(numbers[4][:-1] + str((int(numbers[4][-1]) + 1) % 10)) == 422
        [card] = person.client.get("/v1/bank-cards")["data"]
        person.client.post(
            f"/v1/bank-cards/{card['id']}/confirm",
            {"amount": outside.bank.deposits[-1].amount_minor},
        )
        clock.run_due()

    token = outside.bank.deposits[-1].token
    kept = f"{stored(wallet)}\n{lines}\n{caplog.text}"
    assert numbers[0][-4:] in kept
    for number in numbers:
        assert not [part for part in parts_of(number) if part in kept]
    for secret in (token, HOLDER, PHONE, PHONE.removeprefix("+86")):
        assert secret not in kept


def test_a_planted_number_is_found(wallet: Wallet) -> None:
    """The scan sees what it looks for."""
    number = unguessable_number()
    with wallet.database.transaction() as tx:
        tx.execute(
            sa.text(
                "INSERT INTO verification_destinations (key, touched_at) "
                "SELECT :key, created_at FROM merchants LIMIT 1"
            ),
            {"key": f"x{number[6:-4]}y"},
        )
    assert any(part in stored(wallet) for part in parts_of(number))


def test_every_issuer_and_every_card_type_is_named_in_both_languages() -> None:
    assert CARD_TYPE_NAMES.keys() == set(CardType)
    for bank in banks():
        for card_type in CardType:
            name = card_name(bank.code, card_type)
            assert all("\u4e00" <= letter <= "\u9fff" for letter in name.zh), name.zh
            assert name.en.isascii()
            assert name.en.endswith(" card")
    assert card_name("ICBC", "debit").zh == "中国工商银行借记卡"
    assert card_name("ICBC", "credit").en == "Industrial and Commercial Bank of China credit card"
