"""The other side's book, read to its end; half a book is none."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from app.edges.bank import HttpBank
from app.edges.gateway import HttpGateway
from app.edges.protocols import Deposit, DepositReversal, Payout, Refund
from app.edges.results import Problem, SettledLine, Settlements
from app.edges.unconfigured import UnconfiguredBank, UnconfiguredGateway
from tests.edges.conftest import LIMITS
from tests.edges.raw_server import RawServer, answer, says
from tests.edges.test_gateway import charge
from tests.world.running import RunningWorld, at_once

NUMBER = "6222021000000000009"
LINE = {"id": "chg_1", "reference": "att_1", "status": "captured", "amount": 12, "currency": "CNY"}


def test_the_gateways_book_has_what_was_taken_and_what_was_given_back(
    world: RunningWorld, gateway: HttpGateway
) -> None:
    world.fault("gateway", "declined", match={"merchant_id": "mch_strict"})
    gateway.charge(charge("declined", merchant_id="mch_strict"))
    for reference in ("kept", "in part", "whole"):
        gateway.charge(charge(reference))
    gateway.cancel("cancelled")
    gateway.refund(Refund("ref_1", "in part", 200))
    gateway.refund(Refund("ref_2", "whole", 1200))
    lines = [
        SettledLine("kept", 1200, 0),
        SettledLine("in part", 1200, 200),
        SettledLine("whole", 1200, 1200),
    ]
    assert gateway.settlements() == Settlements(lines, None)


def test_the_banks_book_has_payouts_deposits_and_reversals(
    world: RunningWorld, bank: HttpBank, token_of: Callable[[str], str]
) -> None:
    money = (token_of(NUMBER), "usr_1", NUMBER[-4:])
    bank.payout(Payout("out_1", *money, 5000, "CNY"))
    bank.deposit(Deposit("dep_1", *money, 37, "CNY", "check"))
    bank.reverse_deposit(DepositReversal("rev_1", "dep_1"))
    world.fault("bank", "declined")
    bank.payout(Payout("out_2", *money, 5000, "CNY"))
    lines = [
        SettledLine("out_1", 5000, 0),
        SettledLine("dep_1", 37, 0),
        SettledLine("rev_1", 37, 0),
    ]
    assert bank.settlements() == Settlements(lines, None)


def test_a_book_of_several_pages_is_read_whole_and_faults_leave_it_alone(
    world: RunningWorld, gateway: HttpGateway
) -> None:
    fault = world.fault("gateway", "http_500", operation="refund")
    every = world.fault("gateway", "garbage", match={"amount": 1})
    at_once(13, lambda part: [gateway.charge(charge(f"{part}_{n}")) for n in range(40)])
    first = world.call("gateway", "GET", "/v1/settlements?after=").json()
    assert len(first["data"]) == 500
    last = world.call("gateway", "GET", f"/v1/settlements?after={first['next']}").json()
    assert (len(last["data"]), last["next"]) == (20, None)
    assert set(first["data"][0]) == {
        *("id", "reference", "amount", "refunded_amount", "currency", "status", "created_at")
    }
    found = gateway.settlements()
    assert found.problem is None
    assert len({line.reference for line in found.lines}) == 520
    assert world.counters(fault) == world.counters(every) == (0, 1)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"data": [], "next": 5},
        {"data": [], "next": ""},
        {"data": [], "next": "0"},
        {"data": [], "next": "٥"},
        {"data": {}, "next": None},
        {"data": [None], "next": None},
        {"data": [LINE | {"amount": "12"}], "next": None},
        {"data": [LINE | {"amount": True}], "next": None},
        {"data": [LINE | {"refunded_amount": 13}], "next": None},
        {"data": [LINE | {"status": ["captured"]}], "next": None},
        {"data": [LINE | {"status": "declined"}], "next": None},
        {"data": [LINE | {"reference": None}], "next": None},
        {"data": [LINE], "next": "1"},  # and so on for ever
    ],
)
def test_a_book_that_makes_no_sense_is_no_book(document: dict[str, Any]) -> None:
    with RawServer(says(answer(200, json.dumps(document).encode()))) as server:
        found = HttpGateway(server.url, limits=LIMITS).settlements()
    assert found == Settlements((), Problem.BAD_RESPONSE)


def test_a_book_out_of_reach_says_why(gateway: HttpGateway, world: RunningWorld) -> None:
    world.fault("gateway", "connection_refused")
    assert gateway.settlements() == Settlements((), Problem.CONNECTION_REFUSED)
    for nobody in (UnconfiguredGateway(), UnconfiguredBank()):
        assert nobody.settlements() == Settlements((), Problem.NOT_CONFIGURED)


@pytest.mark.parametrize("after", ["-1", "x", "٥", "1" * 16])
def test_a_page_after_nothing_that_was_said_is_refused(world: RunningWorld, after: str) -> None:
    assert world.call("bank", "GET", f"/v1/settlements?after={after}").status_code == 422
