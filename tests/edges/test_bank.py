"""The bank's client against the world."""

import json
from collections.abc import Callable

import pytest

from app.edges.bank import HttpBank
from app.edges.protocols import CardDetails, Deposit, DepositReversal, Payout, TokenisedCard
from app.edges.results import Answer, FindingState, Outcome, Problem
from tests.edges.conftest import LIMITS
from tests.edges.raw_server import RawServer, answer, says
from tests.world.running import RunningWorld

NUMBER = "6228481000000000009"
DETAILS = CardDetails(NUMBER, "张三", "+8613800138000")
Token = Callable[[str], str]


def payout(token: str, reference: str = "att_1") -> Payout:
    return Payout(
        reference=reference,
        token=token,
        user_id="usr_1",
        card_last4=NUMBER[-4:],
        amount_minor=5000,
        currency="CNY",
    )


def deposit(token: str, reference: str = "dep_1") -> Deposit:
    return Deposit(
        reference=reference,
        token=token,
        user_id="usr_1",
        card_last4=NUMBER[-4:],
        amount_minor=37,
        currency="CNY",
        description="U-Wallet check",
    )


def read(result: object) -> tuple[Outcome, Problem | None, int | None]:
    assert isinstance(result, Answer)
    return result.outcome, result.problem, result.http_status


DISTURBED = [
    ("connection_refused", Outcome.FAILED, Problem.CONNECTION_REFUSED, None),
    ("reset_before", Outcome.UNKNOWN, Problem.CONNECTION_RESET, None),
    ("reset_after", Outcome.UNKNOWN, Problem.CONNECTION_RESET, None),
    ("hang_before", Outcome.UNKNOWN, Problem.READ_TIMEOUT, None),
    ("hang_after", Outcome.UNKNOWN, Problem.READ_TIMEOUT, None),
    ("drip", Outcome.UNKNOWN, Problem.READ_TIMEOUT, None),
    ("http_503", Outcome.UNKNOWN, Problem.MAINTENANCE, 503),
    ("http_500", Outcome.UNKNOWN, Problem.UNAVAILABLE, 500),
    ("garbage", Outcome.UNKNOWN, Problem.BAD_RESPONSE, 200),
]


@pytest.mark.parametrize(
    ("kind", "outcome", "problem", "status"),
    [
        *DISTURBED,
        ("declined", Outcome.FAILED, Problem.DECLINED, 422),
        ("card_frozen", Outcome.FAILED, Problem.CARD_FROZEN, 422),
    ],
)
def test_no_token_comes_of_a_disturbed_call_and_the_next_one_makes_it(
    world: RunningWorld,
    bank: HttpBank,
    kind: str,
    outcome: Outcome,
    problem: Problem,
    status: int | None,
) -> None:
    fault = world.fault("bank", kind)
    assert read(bank.tokenise(DETAILS)) == (outcome, problem, status)
    assert world.counters(fault) == (1, 0)
    assert isinstance(bank.tokenise(DETAILS), TokenisedCard)


@pytest.mark.parametrize(
    ("kind", "outcome", "problem", "status"),
    [
        *DISTURBED,
        ("declined", Outcome.FAILED, Problem.DECLINED, 200),
        ("insufficient_funds", Outcome.FAILED, Problem.DECLINED, 200),
        ("card_frozen", Outcome.FAILED, Problem.CARD_FROZEN, 200),
    ],
)
def test_a_disturbed_payout_comes_to_its_outcome(
    world: RunningWorld,
    bank: HttpBank,
    token_of: Token,
    kind: str,
    outcome: Outcome,
    problem: Problem,
    status: int | None,
) -> None:
    token = token_of(NUMBER)
    world.fault("bank", kind)
    assert read(bank.payout(payout(token))) == (outcome, problem, status)
    done = kind in ("reset_after", "hang_after", "drip", "garbage")
    assert (bank.inquire("att_1").state is FindingState.DONE) is done


def test_a_payout_reaches_the_statement_once(
    world: RunningWorld, bank: HttpBank, token_of: Token
) -> None:
    token = token_of(NUMBER)
    for _ in range(2):
        assert read(bank.payout(payout(token))) == (Outcome.SUCCEEDED, None, 200)
    assert bank.cancel("att_1").state is FindingState.DONE
    [line] = world.listing(f"/bank-statements?card_number={NUMBER}")
    assert (line["direction"], line["amount"]) == ("credit", 5000)


def test_a_deposit_is_posted_and_clawed_back(
    world: RunningWorld, bank: HttpBank, token_of: Token
) -> None:
    assert read(bank.deposit(deposit(token_of(NUMBER)))) == (Outcome.SUCCEEDED, None, 200)
    assert bank.inquire("dep_1").state is FindingState.DONE
    reversal = DepositReversal(reference="rev_1", deposit_reference="dep_1")
    for _ in range(2):
        assert read(bank.reverse_deposit(reversal)) == (Outcome.SUCCEEDED, None, 200)
    assert bank.inquire("rev_1").state is FindingState.DONE
    lines = world.listing(f"/bank-statements?card_number={NUMBER}")
    assert [line["direction"] for line in lines] == ["debit", "credit"]
    assert lines[1]["description"] == "U-Wallet check"


def test_a_deposit_that_never_came_is_nothing_to_claw_back_and_never_comes(
    bank: HttpBank, token_of: Token
) -> None:
    reversal = DepositReversal(reference="rev_1", deposit_reference="dep_1")
    assert read(bank.reverse_deposit(reversal)) == (Outcome.FAILED, Problem.CANCELLED, 200)
    late = bank.deposit(deposit(token_of(NUMBER)))
    assert read(late) == (Outcome.FAILED, Problem.CANCELLED, 200)


def test_inquiry_and_cancel_of_what_the_bank_never_saw(bank: HttpBank, token_of: Token) -> None:
    assert bank.inquire("att_1").state is FindingState.NONE
    assert bank.cancel("att_1").state is FindingState.CANCELLED
    late = bank.payout(payout(token_of(NUMBER)))
    assert read(late) == (Outcome.FAILED, Problem.CANCELLED, 200)


@pytest.mark.parametrize(
    ("status", "document"),
    [
        (200, {}),
        (200, {"token": ""}),
        (200, {"token": 5}),
        (200, {"code": "declined"}),
        (422, {"code": "validation_failed"}),
        (422, {"token": "tok_1"}),
        (401, {"code": "declined"}),
    ],
)
def test_an_answer_that_is_neither_token_nor_refusal_is_unknown(
    status: int, document: dict[str, object]
) -> None:
    with RawServer(says(answer(status, json.dumps(document).encode()))) as server:
        result = HttpBank(server.url, limits=LIMITS).tokenise(DETAILS)
    assert read(result) == (Outcome.UNKNOWN, Problem.BAD_RESPONSE, status)
