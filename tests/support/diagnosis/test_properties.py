"""Whatever the facts are: nobody is told to pay again while the money is unknown, held or taken."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from hypothesis import event, given, settings
from hypothesis import strategies as st

from app.core.locale import LOCALES, Text
from app.payments.failures import FAILURES
from app.payments.rules import Status
from app.support.diagnosis.advice import CALLS_FOR_A_RETRY
from app.support.diagnosis.choosing import choose_for_agent, choose_for_user
from app.support.diagnosis.facts import (
    CardFact,
    ChargeFact,
    Facts,
    FreezeFact,
    LedgerFact,
    PaymentFact,
    TwinFact,
)
from app.support.diagnosis.gather import Chooser
from app.support.diagnosis.matching import (
    AMOUNT_REASONS,
    WIDEST,
    Candidate,
    CandidateKind,
    Listed,
    Recollection,
    rate,
)
from app.support.diagnosis.money import ChargeState, LedgerState, Verdict
from app.support.diagnosis.report import Diagnosis, diagnose, present
from tests.factories.diagnosis import (
    LOCK,
    LOCK_FOR_GOOD,
    NOON,
    NOTHING,
    OLD_APP,
    OUTAGE,
    POSSIBLE_OUTAGE,
    attempt_fact,
    event_fact,
    facts,
    payment_fact,
)

NOT_TAKEN = (Verdict.FAILED_CLEAN, Verdict.NO_RECORD)
TO_PAY_AGAIN = (
    "try again",
    "can pay again",
    "pay again once",
    "重试",
    "再试",
    "重新付款",
    "再付款",
)
CODES = st.sampled_from([None, *FAILURES])
LEDGERS = st.sampled_from(
    [
        NOTHING,
        LedgerFact(LedgerState.HELD, hold_id="hld_1", at=NOON),
        LedgerFact(LedgerState.POSTED, transaction_id="ltx_1", at=NOON),
        LedgerFact(LedgerState.REVERSED, transaction_id="ltx_1", refund_id="ltx_2", at=NOON),
    ]
)


@st.composite
def payments(draw: st.DrawFn) -> PaymentFact:
    """A payment in any state, also in those that should not be: books may disagree in every way."""
    attempts = [
        attempt_fact(
            draw(CODES),
            id=f"att_{number}",
            outcome=draw(st.sampled_from(["succeeded", "failed", "unknown"])),
            sent=draw(st.booleans()),
        )
        for number in range(draw(st.integers(1, 3)))
    ]
    return payment_fact(
        None,
        status=draw(st.sampled_from([it.value for it in Status])),
        source=draw(st.sampled_from(["balance", "bank_card"])),
        attempts=attempts,
        ledger=draw(LEDGERS),
        charge=ChargeFact(
            draw(st.sampled_from(ChargeState)),
            draw(st.sampled_from([None, "ch_1"])),
            draw(st.sampled_from([None, NOON])),
        ),
        card_last4=draw(st.sampled_from([None, "4321"])),
        twin=draw(
            st.sampled_from([None, TwinFact("pay_2", NOON), TwinFact("pay_2", NOON, paid=False)])
        ),
    )


@st.composite
def cases(draw: st.DrawFn) -> Facts:
    """Any payment, or none, in any surroundings."""
    payment = draw(st.none() | payments())
    seen = event_fact("timeout"), event_fact("offline", at=NOON + timedelta(hours=1)), OLD_APP
    card = CardFact("card_1", "4321", "unbound", NOON)
    return facts(
        payment,
        amount_minor=12_800 if payment else draw(st.sampled_from([None, 12_800])),
        event=draw(st.sampled_from([None, *seen])),
        outage=draw(st.sampled_from([None, OUTAGE, POSSIBLE_OUTAGE])),
        freeze=draw(st.sampled_from([None, FreezeFact(), FreezeFact("act_1", NOON)])),
        lock=draw(st.sampled_from([None, LOCK, LOCK_FOR_GOOD])),
        card=None if payment else draw(st.sampled_from([None, card])),
        certain=draw(st.booleans()),
        rivals_failed=draw(st.booleans()),
    )


def said(found: Diagnosis) -> str:
    texts: list[Text] = [found.message, *(cause.text for cause in found.causes)]
    return " ".join(f"{text.zh} {text.en}" for text in texts).lower()


@settings(max_examples=400, deadline=None)
@given(case=cases())
def test_nobody_is_told_to_pay_again_unless_nothing_was_taken_or_may_be(case: Facts) -> None:
    found = diagnose(case)
    event(found.verdict)

    if found.retry_safe:
        assert found.verdict in NOT_TAKEN
        assert case.certain or case.rivals_failed
        assert case.payment is None or case.payment.twin is None
    if not found.retry_safe:
        assert not {it.code for it in found.advice} & CALLS_FOR_A_RETRY
    if found.verdict not in NOT_TAKEN:
        assert not any(words in said(found) for words in TO_PAY_AGAIN)
        assert "未扣款" not in said(found)
        assert "weren't charged" not in said(found)


AMOUNTS = st.sampled_from([12_800, 12_801, 12_300, 18_200, 128, 1_280, 128_000, 82_100, 700])
STATES = st.one_of(st.just(payment_fact("wallet_balance")), st.just(payment_fact(None)), payments())
HOURS = st.sampled_from([0.0, 0.1, 0.3, 1.5, 5.0, 12.5, 20.0, 23.9])


@st.composite
def memories(
    draw: st.DrawFn,
) -> tuple[Recollection, dict[str, tuple[Candidate, PaymentFact]]]:
    """What is remembered, and some payments in any state of which one, or none, may be meant."""
    found = {}
    for number in range(draw(st.integers(1, 4))):
        at = NOON + timedelta(hours=draw(HOURS)) * draw(st.sampled_from([1, -1]))
        payment = replace(draw(STATES), id=f"pay_{number}")
        candidate = Candidate(CandidateKind.PAYMENT, payment.id, draw(AMOUNTS), "mch_a", [at])
        found[payment.id] = (candidate, payment)
    return Recollection(draw(AMOUNTS), NOON), found


@settings(max_examples=600, deadline=None)
@given(memory=memories(), choose=st.sampled_from([choose_for_user, choose_for_agent]))
def test_nobody_is_told_to_pay_again_beside_a_plausible_payment_that_took_money_or_may_have(
    memory: tuple[Recollection, dict[str, tuple[Candidate, PaymentFact]]], choose: Chooser
) -> None:
    asked, found = memory

    def took_nothing(payment_id: str) -> bool:
        return facts(found[payment_id][1]).verdict is Verdict.FAILED_CLEAN

    def nothing_taken(listed: Sequence[Listed]) -> bool:
        return all(took_nothing(it.candidate.id) for it in listed)

    choice = choose([candidate for candidate, _ in found.values()], asked, nothing_taken)
    chosen = found[choice.listed[0].candidate.id] if choice.listed else (None, None)
    answer = diagnose(facts(chosen[1], certain=choice.certain, rivals_failed=choice.rivals_failed))
    if not answer.retry_safe and not {it.code for it in answer.advice} & CALLS_FOR_A_RETRY:
        return
    event(f"told to pay again: {answer.verdict}")
    for candidate, _ in found.values():
        if took_nothing(candidate.id) or not fits(candidate, asked):
            continue
        # Only what is remembered to the fen is believed beside it, and only while it fits better.
        assert chosen[0] is not None
        assert chosen[0].amount_minor == asked.amount_minor
        assert score(candidate, asked) <= score(chosen[0], asked)


def fits(candidate: Candidate, asked: Recollection) -> bool:
    return bool(AMOUNT_REASONS & set(rate(candidate, asked, WIDEST).reasons))


def score(candidate: Candidate, asked: Recollection) -> float:
    return rate(candidate, asked, WIDEST).score


@settings(max_examples=200, deadline=None)
@given(payment=payments())
def test_clean_means_that_neither_book_has_anything(payment: PaymentFact) -> None:
    verdict = facts(payment).verdict

    if verdict is Verdict.FAILED_CLEAN:
        assert payment.settled
        assert payment.ledger.state is LedgerState.NONE
        assert payment.charge.state in (ChargeState.NONE, ChargeState.FAILED)
    assert verdict is not Verdict.NO_RECORD


@settings(max_examples=200, deadline=None)
@given(case=cases())
def test_every_statement_cites_what_is_listed_and_is_said_in_both_languages(case: Facts) -> None:
    found = diagnose(case)
    listed = {(record.type, record.id) for record in found.evidence}

    for cause in found.causes:
        assert {(it.type, it.id) for it in cause.evidence} <= listed
        assert cause.evidence
    for locale in LOCALES:
        answer = present(found, locale)
        assert answer["message"]
        assert "{" not in answer["message"]
