"""The gateway's client against the world: what each fault and each answer comes to."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from app.edges.deadline import Limits
from app.edges.gateway import HttpGateway
from app.edges.protocols import BalanceSource, CardSource, Charge, Refund
from app.edges.results import Answer, FindingState, Outcome, Problem
from tests.edges.conftest import LIMITS
from tests.edges.raw_server import RawServer, answer, says
from tests.world.running import RunningWorld, at_once, routes_to_nobody
from world import triggers

BALANCE = BalanceSource()


def charge(
    reference: str = "att_1",
    source: BalanceSource | CardSource = BALANCE,
    merchant_id: str | None = "mch_shop",
) -> Charge:
    return Charge(
        reference=reference,
        amount_minor=1200,
        currency="CNY",
        user_id="usr_1",
        merchant_id=merchant_id,
        source=source,
        description="Two coffees",
    )


def read(result: Answer) -> tuple[Outcome, Problem | None, int | None]:
    return result.outcome, result.problem, result.http_status


FAULTS = [
    ("connection_refused", Outcome.FAILED, Problem.CONNECTION_REFUSED, None, FindingState.NONE),
    ("reset_before", Outcome.UNKNOWN, Problem.CONNECTION_RESET, None, FindingState.NONE),
    ("reset_after", Outcome.UNKNOWN, Problem.CONNECTION_RESET, None, FindingState.DONE),
    ("hang_before", Outcome.UNKNOWN, Problem.READ_TIMEOUT, None, FindingState.NONE),
    ("hang_after", Outcome.UNKNOWN, Problem.READ_TIMEOUT, None, FindingState.DONE),
    ("drip", Outcome.UNKNOWN, Problem.READ_TIMEOUT, None, FindingState.DONE),
    ("http_503", Outcome.UNKNOWN, Problem.MAINTENANCE, 503, FindingState.NONE),
    ("late_success", Outcome.UNKNOWN, Problem.CONNECTION_RESET, None, FindingState.NONE),
    ("duplicate_callback", Outcome.SUCCEEDED, None, 200, FindingState.DONE),
    ("http_500", Outcome.UNKNOWN, Problem.UNAVAILABLE, 500, FindingState.NONE),
    ("garbage", Outcome.UNKNOWN, Problem.BAD_RESPONSE, 200, FindingState.DONE),
    ("declined", Outcome.FAILED, Problem.DECLINED, 200, FindingState.FAILED),
    ("insufficient_funds", Outcome.FAILED, Problem.DECLINED, 200, FindingState.FAILED),
    ("card_frozen", Outcome.FAILED, Problem.DECLINED, 200, FindingState.FAILED),
]


@pytest.mark.parametrize(("kind", "outcome", "problem", "status", "found"), FAULTS)
def test_a_fault_comes_to_its_outcome_and_an_inquiry_finds_the_truth(
    world: RunningWorld,
    gateway: HttpGateway,
    kind: str,
    outcome: Outcome,
    problem: Problem | None,
    status: int | None,
    found: FindingState,
) -> None:
    fault = world.fault("gateway", kind)
    assert read(gateway.charge(charge())) == (outcome, problem, status)
    assert world.counters(fault) == (1, 0)
    assert gateway.inquire("att_1").state is found


def test_a_late_success_takes_the_money_with_the_cancel_that_promised_not_to(
    world: RunningWorld, gateway: HttpGateway
) -> None:
    world.fault("gateway", "late_success")
    gateway.charge(charge())
    assert gateway.inquire("att_1").state is FindingState.NONE
    assert world.listing("/charges") == []
    assert gateway.cancel("att_1").state is FindingState.CANCELLED
    found = gateway.inquire("att_1")
    assert found.state is FindingState.DONE
    assert [each["status"] for each in world.listing("/charges")] == ["captured"]
    whole = Refund(reference="ref_1", charge_reference="att_1", amount_minor=1200)
    assert read(gateway.refund(whole)) == (Outcome.SUCCEEDED, None, 200)
    assert world.listing("/charges")[0]["status"] == "refunded"


def test_a_delay_within_the_limit_is_an_answer_and_beyond_it_a_read_time_out(
    world: RunningWorld, gateway: HttpGateway
) -> None:
    world.fault("gateway", "delay", delay_ms=300)
    answered = gateway.charge(charge("in time"))
    assert answered.outcome is Outcome.SUCCEEDED
    assert 300 <= answered.latency_ms < 1500
    world.fault("gateway", "delay", delay_ms=60_000)
    assert read(gateway.charge(charge())) == (Outcome.UNKNOWN, Problem.READ_TIMEOUT, None)
    assert gateway.inquire("att_1").state is FindingState.DONE


def test_a_captured_charge_names_its_id_and_its_time(gateway: HttpGateway) -> None:
    charged = gateway.charge(charge())
    assert read(charged) == (Outcome.SUCCEEDED, None, 200)
    assert charged.external_id
    assert charged.external_id.startswith("chg_")
    assert 0 <= charged.latency_ms < 1500
    assert gateway.inquire("att_1").external_id == charged.external_id


def test_a_top_up_has_no_merchant(
    world: RunningWorld, gateway: HttpGateway, token_of: Callable[[str], str]
) -> None:
    number = "6222021000000000009"
    source = CardSource(token_of(number), number[-4:])
    assert gateway.charge(charge(source=source, merchant_id=None)).outcome is Outcome.SUCCEEDED
    [line] = world.listing(f"/bank-statements?card_number={number}")
    assert (line["direction"], line["amount"]) == ("debit", 1200)


def test_many_charges_at_once_over_one_client_do_not_disturb_each_other(
    world: RunningWorld, gateway: HttpGateway
) -> None:
    world.fault("gateway", "reset_after", times=4)
    results = at_once(24, lambda number: gateway.charge(charge(f"att_{number}")))
    outcomes = [result.outcome for result in results]
    assert outcomes.count(Outcome.UNKNOWN) == 4
    assert outcomes.count(Outcome.SUCCEEDED) == 20
    assert len(world.listing("/charges")) == 24


def test_an_inquiry_that_is_disturbed_learns_nothing(
    world: RunningWorld, gateway: HttpGateway
) -> None:
    gateway.charge(charge())
    for kind, problem in (
        ("connection_refused", Problem.CONNECTION_REFUSED),
        ("reset_after", Problem.CONNECTION_RESET),
        ("http_500", Problem.UNAVAILABLE),
        ("garbage", Problem.BAD_RESPONSE),
    ):
        world.fault("gateway", kind)
        finding = gateway.inquire("att_1")
        assert (finding.state, finding.problem) == (FindingState.UNKNOWN, problem)
    assert gateway.inquire("att_1").state is FindingState.DONE


def test_a_cancel_keeps_its_promise(world: RunningWorld, gateway: HttpGateway) -> None:
    assert gateway.cancel("att_1").state is FindingState.CANCELLED
    assert read(gateway.charge(charge())) == (Outcome.FAILED, Problem.CANCELLED, 200)
    assert gateway.inquire("att_1").state is FindingState.CANCELLED
    assert world.listing("/charges") == []


def test_a_cancel_that_comes_too_late_finds_what_was_done(
    world: RunningWorld, gateway: HttpGateway
) -> None:
    gateway.charge(charge("captured"))
    world.fault("gateway", "declined")
    gateway.charge(charge("declined"))
    assert gateway.cancel("captured").state is FindingState.DONE
    declined = gateway.cancel("declined")
    assert (declined.state, declined.problem) == (FindingState.FAILED, Problem.DECLINED)


def test_a_refund_is_given_once_and_refused_beyond_the_charge(gateway: HttpGateway) -> None:
    gateway.charge(charge())
    whole = Refund(reference="ref_1", charge_reference="att_1", amount_minor=1200)
    assert read(gateway.refund(whole)) == (Outcome.SUCCEEDED, None, 200)
    assert read(gateway.refund(whole)) == (Outcome.SUCCEEDED, None, 200)
    more = Refund(reference="ref_2", charge_reference="att_1", amount_minor=1)
    assert read(gateway.refund(more)) == (Outcome.FAILED, Problem.DECLINED, 200)
    assert gateway.inquire("att_1").state is FindingState.DONE


# What a payer's failure code is called on the wire (contract, section 4).
PROBLEMS = {
    "gateway_declined": Problem.DECLINED,
    "gateway_unavailable": Problem.UNAVAILABLE,
    "gateway_maintenance": Problem.MAINTENANCE,
    "gateway_bad_response": Problem.BAD_RESPONSE,
    "card_balance": Problem.INSUFFICIENT_FUNDS,
}


@pytest.mark.parametrize("row", triggers.listed(), ids=lambda row: row["value"])
def test_every_trigger_brings_the_failure_code_that_it_promises(
    world: RunningWorld,
    gateway: HttpGateway,
    token_of: Callable[[str], str],
    row: dict[str, Any],
) -> None:
    is_card = row["kind"] == "card_number"
    source = CardSource(token_of(row["value"]), row["value"][-4:]) if is_card else BALANCE
    merchant = "mch_shop" if is_card else row["value"]
    answered = gateway.charge(charge(source=source, merchant_id=merchant))
    if row["failure_code"] is None:
        lost = row["effect"] == "succeeds_after_inquiry"
        assert answered.outcome is (Outcome.UNKNOWN if lost else Outcome.SUCCEEDED)
        assert gateway.inquire("att_1").state is FindingState.DONE
        return
    code = row["failure_code"]
    assert answered.problem is (PROBLEMS.get(code) or Problem(code))
    if answered.outcome is Outcome.UNKNOWN:
        assert gateway.inquire("att_1").state is FindingState.NONE
        assert gateway.cancel("att_1").state is FindingState.CANCELLED
    assert all(each["status"] == "declined" for each in world.listing("/charges"))


OUT_OF_REACH = [
    ("mch_test_dns_failure", Problem.DNS_FAILURE),
    ("mch_test_connection_refused", Problem.CONNECTION_REFUSED),
    ("mch_test_connect_timeout", Problem.CONNECT_TIMEOUT),
]


@pytest.mark.parametrize(("merchant_id", "problem"), OUT_OF_REACH)
def test_a_charge_that_never_left_has_failed_in_time(
    gateway: HttpGateway, merchant_id: str, problem: Problem
) -> None:
    answered = gateway.charge(charge(merchant_id=merchant_id))
    assert read(answered) == (Outcome.FAILED, problem, None)
    within = LIMITS.connect_seconds if problem is Problem.CONNECT_TIMEOUT else 0
    assert within * 1000 <= answered.latency_ms < within * 1000 + 400


def test_a_route_is_for_the_charges_of_its_merchant_alone(world: RunningWorld) -> None:
    with RawServer(says(answer(500, b""))) as acquirer:
        base_url = world.addresses["gateway"]
        edge = HttpGateway(base_url, routes={"mch_far": acquirer.url}, limits=LIMITS)
        assert edge.charge(charge("far", merchant_id="mch_far")).problem is Problem.UNAVAILABLE
        assert edge.charge(charge("near")).outcome is Outcome.SUCCEEDED
        assert edge.inquire("far").state is FindingState.NONE
        assert edge.cancel("far").state is FindingState.CANCELLED
        whole = Refund(reference="ref_1", charge_reference="near", amount_minor=1200)
        assert edge.refund(whole).outcome is Outcome.SUCCEEDED


def test_a_refused_route_uses_up_no_fault_of_the_gateway(world: RunningWorld) -> None:
    told: list[str] = []
    edge = HttpGateway(
        world.addresses["gateway"],
        routes=routes_to_nobody(world),
        on_refused=lambda: told.append("refused"),
        limits=LIMITS,
    )
    edge.charge(charge(merchant_id="mch_test_connection_refused"))
    assert told == []
    world.fault("gateway", "connection_refused")
    edge.charge(charge())
    assert told == ["refused"]


CAPTURED = {
    "id": "chg_1",
    "reference": "att_1",
    "status": "captured",
    "decline_code": None,
    "amount": 1200,
    "currency": "CNY",
}


@pytest.mark.parametrize(
    "wrong",
    [
        {"reference": "att_2"},
        {"reference": None},
        {"id": ""},
        {"id": 7},
        {"status": "fine"},
        {"status": None},
        {"status": ["captured"]},
        {"amount": 1201},
        {"amount": "1200"},
        {"amount": 1200.0},
        {"currency": "USD"},
    ],
)
def test_an_answer_that_is_none_to_us_is_unknown(wrong: dict[str, Any]) -> None:
    body = json.dumps(CAPTURED | wrong).encode()
    with RawServer(says(answer(200, body))) as server:
        result = HttpGateway(server.url, limits=LIMITS).charge(charge())
    assert read(result) == (Outcome.UNKNOWN, Problem.BAD_RESPONSE, 200)


@pytest.mark.parametrize("code", ["do_not_honour", None, 5, ["declined"], "unavailable"])
def test_a_decline_for_a_reason_that_we_do_not_know_is_a_decline(code: object) -> None:
    body = json.dumps(CAPTURED | {"status": "declined", "decline_code": code}).encode()
    with RawServer(says(answer(200, body))) as server:
        result = HttpGateway(server.url, limits=LIMITS).charge(charge())
    assert read(result) == (Outcome.FAILED, Problem.DECLINED, 200)


@pytest.mark.parametrize("body", [b"{}", b'{"code": "no such page"}', b"<html>"])
def test_a_404_in_other_words_is_not_taken_for_none(body: bytes) -> None:
    with RawServer(says(answer(404, body))) as server:
        finding = HttpGateway(server.url, limits=LIMITS).inquire("att_1")
    assert (finding.state, finding.problem) == (FindingState.UNKNOWN, Problem.BAD_RESPONSE)


def test_a_finding_about_another_reference_is_unknown() -> None:
    body = json.dumps(CAPTURED | {"reference": "att_2"}).encode()
    with RawServer(says(answer(200, body))) as server:
        edge = HttpGateway(server.url, limits=LIMITS)
        assert edge.inquire("att_1").state is FindingState.UNKNOWN
        assert edge.cancel("att_1").state is FindingState.UNKNOWN


def test_the_limits_are_those_of_the_contract(world: RunningWorld) -> None:
    assert Limits() == Limits(connect_seconds=2.0, total_seconds=8.0)
    world.fault("gateway", "hang_after")
    begun = time.monotonic()
    answered = HttpGateway(world.addresses["gateway"]).charge(charge())
    assert read(answered) == (Outcome.UNKNOWN, Problem.READ_TIMEOUT, None)
    assert 7.9 < time.monotonic() - begun < 10
