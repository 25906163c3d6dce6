"""The rule table as data: what is known, and what is concluded, said and advised."""

from dataclasses import dataclass, replace

import pytest

from app.payments.failures import FAILURES
from app.support.diagnosis.advice import CALLS_FOR_A_RETRY
from app.support.diagnosis.causes import causes_of
from app.support.diagnosis.facts import CardFact, Facts, TwinFact
from app.support.diagnosis.failure_texts import FAILURE_TEXTS
from app.support.diagnosis.money import ChargeState, LedgerState, Verdict, judge_money
from app.support.diagnosis.report import diagnose, present
from tests.factories.diagnosis import (
    FROZEN,
    HELD,
    LOCK,
    LOCK_FOR_GOOD,
    NOON,
    NOTHING,
    OLD_APP,
    OUTAGE,
    POSSIBLE_OUTAGE,
    REVERSED,
    attempt_fact,
    event_fact,
    facts,
    open_payment,
    payment_fact,
)

V, C = Verdict, ChargeState
REBOUND = CardFact("crd_2", "4321", "being_rebound", NOON)


@dataclass(frozen=True)
class Scenario:
    """`causes` are all codes in order; `said` is part of the English message, `advice` all its codes."""

    name: str
    facts: Facts
    verdict: Verdict
    retry_safe: bool
    causes: tuple[str, ...]
    said: str
    advice: tuple[str, ...]


SCENARIOS = [
    Scenario(
        "it went through",
        facts(payment_fact(None)),
        V.SUCCEEDED,
        False,
        (),
        "Your CN¥128.00 payment went through. Please don't pay again. Receipt: pay_1",
        ("do_not_pay_again",),
    ),
    Scenario(
        "it went through but the phone gave up",
        facts(payment_fact(None), event=event_fact("timeout")),
        V.SUCCEEDED,
        False,
        ("client_network",),
        "went through",
        ("do_not_pay_again",),
    ),
    Scenario(
        "it went through twice",
        facts(payment_fact(None, twin=TwinFact("pay_2", NOON))),
        V.DUPLICATE,
        False,
        (),
        "went through twice. Please don't pay again",
        ("do_not_pay_again", "contact_support"),
    ),
    Scenario(
        "it was given back",
        facts(payment_fact(None, ledger=REVERSED)),
        V.REFUNDED,
        False,
        (),
        "was refunded on 23 Nov 13:00",
        ("check_entries",),
    ),
    Scenario(
        "the balance was too low",
        facts(payment_fact("wallet_balance")),
        V.FAILED_CLEAN,
        True,
        ("wallet_balance",),
        "The payment failed: your available balance of CN¥3.00 was too low at that time. You weren't charged.",
        ("top_up",),
    ),
    Scenario(
        "the card's funds were too low",
        facts(payment_fact("card_balance", source="bank_card", card_last4="4321")),
        V.FAILED_CLEAN,
        True,
        ("card_balance",),
        "the card's funds were too low at that time",
        ("use_other_source",),
    ),
    Scenario(
        "the daily limit was used up",
        facts(payment_fact("limit_exceeded")),
        V.FAILED_CLEAN,
        False,
        ("limit_exceeded",),
        "over your daily limit of CN¥200,000.00 (CN¥199,900.00 used, it resets at 24 Nov 00:00) at that time.",
        ("wait_for_limit",),
    ),
    Scenario(
        "the issuer's limit, of which we have no numbers",
        facts(payment_fact("limit_exceeded", attempts=[attempt_fact("limit_exceeded", sent=True)])),
        V.FAILED_CLEAN,
        False,
        ("limit_exceeded",),
        "it was over a limit of the bank at that time. You weren't charged.",
        ("wait_for_limit",),
    ),
    Scenario(
        "its card is being bound again by now",
        facts(payment_fact("gateway_declined", source="bank_card"), card=REBOUND),
        V.FAILED_CLEAN,
        True,
        ("gateway_declined",),
        "That card is being bound again: confirm it first, or pay another way.",
        ("confirm_bank_card",),
    ),
    Scenario(
        "it went through by a card that is being bound again by now",
        facts(payment_fact(None, source="bank_card"), card=REBOUND),
        V.SUCCEEDED,
        False,
        (),
        "went through",
        ("do_not_pay_again",),
    ),
    Scenario(
        "the card is frozen",
        facts(payment_fact("card_frozen", source="bank_card", card_last4="4321")),
        V.FAILED_CLEAN,
        False,
        ("card_frozen",),
        "You weren't charged. The card ending in 4321 is frozen",
        ("contact_bank",),
    ),
    Scenario(
        "the card has expired",
        facts(payment_fact("card_expired", source="bank_card", card_last4="4321")),
        V.FAILED_CLEAN,
        False,
        ("card_expired",),
        "The card ending in 4321 has expired.",
        ("change_card",),
    ),
    Scenario(
        "risk control said no, in neutral words",
        facts(payment_fact("risk")),
        V.FAILED_CLEAN,
        False,
        ("risk",),
        "To keep your money safe, this payment was not completed.",
        ("contact_support",),
    ),
    Scenario(
        "the gateway declined it",
        facts(payment_fact("gateway_declined")),
        V.FAILED_CLEAN,
        True,
        ("gateway_declined",),
        "The payment gateway declined it.",
        ("use_other_source",),
    ),
    *(
        Scenario(
            f"it failed with {code}",
            facts(payment_fact(code)),
            V.FAILED_CLEAN,
            True,
            (code,),
            FAILURE_TEXTS[code].en,
            (FAILURES[code].advice_code,),
        )
        for code in (
            "gateway_unavailable",
            "gateway_maintenance",
            "gateway_bad_response",
            "dns_failure",
            "connection_refused",
            "connect_timeout",
            "read_timeout",
            "connection_reset",
        )
    ),
    Scenario(
        "others failed in the same way at that time",
        facts(payment_fact("gateway_unavailable"), outage=OUTAGE),
        V.FAILED_CLEAN,
        True,
        ("incident", "gateway_unavailable"),
        "Payments have had problems since 23 Nov 11:57. You weren't charged",
        ("wait_for_recovery",),
    ),
    Scenario(
        "others failed in another way at that time",
        facts(payment_fact("connection_refused"), outage=POSSIBLE_OUTAGE),
        V.FAILED_CLEAN,
        True,
        ("connection_refused", "incident"),
        "refused the connection",
        ("retry",),
    ),
    Scenario(
        "declined while payments had problems: those are only possible",
        facts(payment_fact("gateway_declined"), outage=POSSIBLE_OUTAGE),
        V.FAILED_CLEAN,
        True,
        ("gateway_declined", "incident"),
        "The payment gateway declined it.",
        ("use_other_source",),
    ),
    Scenario(
        "too low a balance while payments had problems, which is no reason",
        facts(payment_fact("wallet_balance"), outage=POSSIBLE_OUTAGE),
        V.FAILED_CLEAN,
        True,
        ("wallet_balance",),
        "too low",
        ("top_up",),
    ),
    Scenario(
        "nothing recorded while payments had problems",
        facts(outage=POSSIBLE_OUTAGE),
        V.NO_RECORD,
        True,
        ("no_record", "incident"),
        "We have no record of this request.",
        ("check_network", "retry", "tell_how_you_paid"),
    ),
    Scenario(
        "the phone gave up while payments had problems",
        facts(event=event_fact("timeout"), outage=POSSIBLE_OUTAGE),
        V.NO_RECORD,
        True,
        ("client_network", "no_record", "incident"),
        "We have no record of this request.",
        ("check_network", "retry"),
    ),
    Scenario(
        "too old an app while payments had problems, which is no reason",
        facts(event=OLD_APP, outage=POSSIBLE_OUTAGE),
        V.NO_RECORD,
        True,
        ("app_outdated", "no_record"),
        "Version ios/1.4.0 is out of date.",
        ("update_app",),
    ),
    Scenario(
        "an outage explains no decline of the card",
        facts(payment_fact("card_frozen"), outage=OUTAGE),
        V.FAILED_CLEAN,
        False,
        ("card_frozen",),
        "is frozen",
        ("contact_bank",),
    ),
    Scenario(
        "the answer was lost and the gateway has nothing",
        facts(open_payment("connection_reset", HELD, C.NONE)),
        V.HELD,
        False,
        ("connection_reset",),
        "The payment failed and CN¥128.00 is on hold; we expect to release it by 23 Nov 12:01.",
        ("do_not_pay_again", "wait_for_release"),
    ),
    Scenario(
        "the answer was lost and the gateway took the money",
        facts(open_payment("connection_reset", HELD, C.CAPTURED)),
        V.UNKNOWN,
        False,
        ("connection_reset",),
        "The gateway has taken your CN¥128.00 and we are booking it. Please don't pay again",
        ("do_not_pay_again", "wait_for_result"),
    ),
    Scenario(
        "the answer was lost and the inquiry too",
        facts(open_payment("read_timeout", HELD, C.UNKNOWN)),
        V.UNKNOWN,
        False,
        ("read_timeout",),
        "Your bank hasn't confirmed yet. Please don't pay again; we'll tell you by 24 Nov 12:00.",
        ("do_not_pay_again", "wait_for_result"),
    ),
    Scenario(
        "it is on its way",
        facts(open_payment(None, HELD, C.UNKNOWN)),
        V.UNKNOWN,
        False,
        ("read_timeout",),
        "hasn't confirmed yet",
        ("do_not_pay_again", "wait_for_result"),
    ),
    Scenario(
        "paid by card, the answer was lost and the gateway has nothing yet",
        facts(open_payment("connection_reset", NOTHING, C.NONE, source="bank_card")),
        V.UNKNOWN,
        False,
        ("connection_reset",),
        "hasn't confirmed yet",
        ("do_not_pay_again", "wait_for_result"),
    ),
    Scenario(
        "lost in an outage",
        facts(open_payment("gateway_unavailable", HELD, C.UNKNOWN), outage=OUTAGE),
        V.UNKNOWN,
        False,
        ("incident", "gateway_unavailable"),
        "hasn't confirmed yet",
        ("do_not_pay_again", "wait_for_result"),
    ),
    Scenario(
        "the gateway took what our books don't have",
        facts(payment_fact("read_timeout", charge=payment_fact(None).charge)),
        V.MISMATCH,
        False,
        ("read_timeout",),
        "has to be checked by a person. Please don't pay again",
        ("do_not_pay_again", "contact_support"),
    ),
    Scenario(
        "nothing is recorded",
        facts(),
        V.NO_RECORD,
        True,
        ("no_record",),
        "We have no record of this request.",
        ("check_network", "retry", "tell_how_you_paid"),
    ),
    Scenario(
        "only the phone saw it",
        facts(event=event_fact("offline")),
        V.NO_RECORD,
        True,
        ("client_network", "no_record"),
        "Check your network and try again",
        ("check_network", "retry"),
    ),
    Scenario(
        "the app was too old",
        facts(event=OLD_APP),
        V.NO_RECORD,
        True,
        ("app_outdated", "no_record"),
        "Version ios/1.4.0 is out of date. Please update and try again. You weren't charged.",
        ("update_app",),
    ),
    Scenario(
        "the account is frozen",
        facts(freeze=FROZEN),
        V.NO_RECORD,
        True,
        ("account_frozen", "no_record"),
        "Your account is frozen, so it can't pay. The payment was not made and you weren't charged.",
        ("contact_support",),
    ),
    Scenario(
        "the transaction password was locked for a while",
        facts(lock=LOCK),
        V.NO_RECORD,
        True,
        ("transaction_password_locked", "no_record"),
        "was locked from 23 Nov 11:55 to 23 Nov 12:25. The payment was not made",
        ("wait_for_unlock",),
    ),
    Scenario(
        "the transaction password needs a reset",
        facts(lock=LOCK_FOR_GOOD),
        V.NO_RECORD,
        True,
        ("transaction_password_locked", "no_record"),
        "needs a reset. The payment was not made and you weren't charged. Reset the transaction password.",
        ("reset_transaction_password",),
    ),
    Scenario(
        "frozen and locked: both are listed, the account first",
        facts(freeze=FROZEN, lock=LOCK),
        V.NO_RECORD,
        True,
        ("account_frozen", "transaction_password_locked", "no_record"),
        "Your account is frozen, so it can't pay. The payment was not made and you weren't charged.",
        ("contact_support",),
    ),
    Scenario(
        "a lock explains no request that never arrived",
        facts(event=event_fact("dns"), lock=LOCK, freeze=FROZEN),
        V.NO_RECORD,
        True,
        ("client_network", "no_record"),
        "no record of this request",
        ("check_network", "retry"),
    ),
    Scenario(
        "a frozen account explains no payment that was recorded before",
        facts(payment_fact("wallet_balance"), freeze=FROZEN, lock=LOCK),
        V.FAILED_CLEAN,
        True,
        ("wallet_balance",),
        "too low",
        ("top_up",),
    ),
    Scenario(
        "nothing explains it",
        facts(payment_fact("read_timeout", attempts=[attempt_fact(None, outcome="failed")])),
        V.FAILED_CLEAN,
        False,
        ("unknown",),
        "The reason is not known.",
        ("contact_support",),
    ),
]


def by_name(scenario: Scenario) -> str:
    return scenario.name.replace(" ", "_")


@pytest.mark.parametrize("scenario", SCENARIOS, ids=by_name)
def test_the_diagnosis_is_the_one_expected(scenario: Scenario) -> None:
    found = diagnose(scenario.facts)

    assert (found.verdict, found.retry_safe) == (scenario.verdict, scenario.retry_safe)
    assert tuple(cause.code for cause in found.causes) == scenario.causes
    assert scenario.said in found.message.en
    assert tuple(advice.code for advice in found.advice) == scenario.advice


@pytest.mark.parametrize("scenario", SCENARIOS, ids=by_name)
def test_every_statement_cites_its_evidence(scenario: Scenario) -> None:
    found = diagnose(scenario.facts)
    known = {(record.type, record.id) for record in found.evidence}

    assert known
    for cause in found.causes:
        assert cause.evidence
        assert {(record.type, record.id) for record in cause.evidence} <= known


@pytest.mark.parametrize("scenario", SCENARIOS, ids=by_name)
def test_paying_again_is_never_advised_unless_it_is_safe(scenario: Scenario) -> None:
    found = diagnose(scenario.facts)
    again = ("try again", "pay again once", "can pay again", "重试", "再试", "重新付款")

    if not found.retry_safe:
        assert not {advice.code for advice in found.advice} & CALLS_FOR_A_RETRY
    if found.verdict not in (V.FAILED_CLEAN, V.NO_RECORD):
        assert not any(words in found.message.en.lower() for words in again)
        assert not any(words in found.message.zh for words in again)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=by_name)
def test_nobody_is_told_that_nothing_was_charged_unless_that_is_certain(scenario: Scenario) -> None:
    found = diagnose(scenario.facts)
    texts = [found.message, *(cause.text for cause in found.causes)]

    if found.verdict not in (V.FAILED_CLEAN, V.NO_RECORD):
        assert not any("未扣款" in text.zh or "weren't charged" in text.en for text in texts)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=by_name)
def test_both_languages_are_whole(scenario: Scenario) -> None:
    for locale in ("zh-CN", "en"):
        answer = present(diagnose(scenario.facts), locale)  # type: ignore[arg-type]
        parts = [answer["message"], *(it["text"] for it in answer["checked"].values())]
        parts += [it["text"] for it in answer["evidence"] + answer["other_causes"]]
        parts += [it["message"] for it in answer["advice"]]
        for part in parts:
            assert part
            assert "{" not in part
            assert (locale == "en") == part.isascii() or "¥" in part or "星" in part


def test_there_is_a_text_for_every_failure_code() -> None:
    assert set(FAILURE_TEXTS) == set(FAILURES)


def test_the_own_daily_limit_is_told_with_its_numbers_and_the_banks_without() -> None:
    own, *_ = causes_of(facts(payment_fact("limit_exceeded")))
    sent = payment_fact("limit_exceeded", attempts=[attempt_fact("limit_exceeded", sent=True)])
    banks, *_ = causes_of(facts(sent))

    assert "CN¥200,000.00" in own.text.en
    assert "resets at 24 Nov 00:00" in own.text.en
    assert banks.text.en == "The payment was over a limit."


class TestChecks:
    def test_they_tell_what_was_in_order_at_that_time(self) -> None:
        checked = diagnose(facts(payment_fact("wallet_balance"))).checked

        assert list(checked) == ["balance", "network", "system_status", "app_version"]
        assert [check.ok for check in checked.values()] == [False, True, True, True]

    def test_a_network_failure_and_an_outage_are_told(self) -> None:
        case = replace(facts(payment_fact("connection_refused")), outage=OUTAGE)
        checked = diagnose(case).checked

        assert not checked["network"].ok
        assert not checked["system_status"].ok

    def test_a_payment_by_card_does_not_ask_for_the_wallets_balance(self) -> None:
        checked = diagnose(facts(payment_fact("card_frozen", source="bank_card"))).checked

        assert checked["balance"].ok


class TestMoney:
    def test_every_pair_of_states_has_a_verdict_and_none_open_is_clean(self) -> None:
        for ledger in LedgerState:
            for charge in ChargeState:
                settled = judge_money(ledger, charge, settled=True, has_twin=False)
                is_open = judge_money(ledger, charge, settled=False, has_twin=False)
                assert settled in Verdict
                assert is_open not in (V.FAILED_CLEAN, V.MISMATCH, V.NO_RECORD)
