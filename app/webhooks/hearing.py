"""Who takes in what the gateway and the bank call back about, once the callback has proved to be genuine."""

from collections.abc import Mapping
from typing import Any

from app.banking.operations import BankingDependencies
from app.banking.operations.hear_deposit import hear_deposit
from app.edges.notices import read_bank_notice, read_gateway_notice
from app.payments.operations import PaymentDependencies
from app.payments.operations.hear_outcome import hear_outcome
from app.webhooks.operations import Hear
from app.webhooks.rules import CallbackSource


def hearers(
    payments: PaymentDependencies, banking: BankingDependencies
) -> dict[CallbackSource, Hear]:
    """Who hears each sender. A notice about nothing of ours is heard too, and changes nothing."""

    def hear_gateway(data: Mapping[str, Any]) -> bool:
        notice = read_gateway_notice(data)
        if notice is not None:
            hear_outcome(payments, notice, at_bank=False)
        return notice is not None

    def hear_bank(data: Mapping[str, Any]) -> bool:
        notice = read_bank_notice(data)
        if notice is not None:
            hear_outcome(payments, notice, at_bank=True)
            hear_deposit(banking, notice)
        return notice is not None

    return {CallbackSource.GATEWAY: hear_gateway, CallbackSource.BANK: hear_bank}
