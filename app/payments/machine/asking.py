"""Talking to the gateway or the bank about an attempt. No transaction is open in here."""

from app.edges.protocols import BalanceSource, Bank, CardSource, Charge, Gateway, Payout
from app.edges.results import Answer
from app.payments.machine.attempts import Begun
from app.payments.machine.plans import plan_of
from app.payments.machine.recording import record_answer
from app.payments.models import Instruction
from app.payments.operations import PaymentDependencies


def carry_out(deps: PaymentDependencies, begun: Begun) -> None:
    """Send a begun attempt and record what came back. Nothing is sent for one that was refused."""
    if begun.refused:
        return
    answer = _send(deps, begun)
    with deps.database.transaction() as tx:
        record_answer(tx, deps, begun.attempt_id, answer)


def edge_of(deps: PaymentDependencies, instruction: Instruction) -> Gateway | Bank:
    """Who knows what became of an instruction's attempts."""
    return deps.bank if plan_of(instruction).at_bank else deps.gateway


def _send(deps: PaymentDependencies, begun: Begun) -> Answer:
    token = None if begun.card is None else deps.vault.token_of(begun.card)
    if plan_of(begun.instruction).at_bank:
        return deps.bank.payout(_payout(begun, token or ""))
    return deps.gateway.charge(_charge(begun, token))


def _charge(begun: Begun, token: str | None) -> Charge:
    instruction, card = begun.instruction, begun.card
    return Charge(
        reference=begun.attempt_id,
        amount_minor=instruction.amount_minor,
        currency=instruction.currency,
        user_id=instruction.user_id,
        merchant_id=instruction.merchant_id,
        source=CardSource(token, card.last4) if card and token else BalanceSource(),
        description=instruction.description or "",
    )


def _payout(begun: Begun, token: str) -> Payout:
    return Payout(
        reference=begun.attempt_id,
        token=token,
        user_id=begun.instruction.user_id,
        card_last4=begun.card.last4 if begun.card else "",
        amount_minor=begun.instruction.amount_minor,
        currency=begun.instruction.currency,
    )
