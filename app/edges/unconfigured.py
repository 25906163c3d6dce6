"""Edges that nobody has given a URL: they reach nobody and say so (contract, section 1)."""

from app.edges.protocols import (
    CardDetails,
    Charge,
    Deposit,
    DepositReversal,
    MailMessage,
    Payout,
    Refund,
    SmsMessage,
)
from app.edges.results import Answer, Finding, FindingState, Outcome, Problem, Settlements

_NOT_SENT = Answer(Outcome.FAILED, Problem.NOT_CONFIGURED, None, None, 0)
# Nothing is learnt of what was done while there was a URL.
_NOT_ASKED = Finding(FindingState.UNKNOWN, Problem.NOT_CONFIGURED, None, None, 0)
_NOT_READ = Settlements((), Problem.NOT_CONFIGURED)


class _MovesNothing:
    """What gateway and bank have in common."""

    def inquire(self, _reference: str, /) -> Finding:
        """Nothing was learnt."""
        return _NOT_ASKED

    def cancel(self, _reference: str, /) -> Finding:
        """Nothing was promised."""
        return _NOT_ASKED

    def settlements(self) -> Settlements:
        """Nothing was read."""
        return _NOT_READ


class UnconfiguredGateway(_MovesNothing):
    """A `Gateway` that is not there."""

    def charge(self, _charge: Charge, /) -> Answer:
        """Nothing was sent."""
        return _NOT_SENT

    def refund(self, _refund: Refund, /) -> Answer:
        """Nothing was sent."""
        return _NOT_SENT


class UnconfiguredBank(_MovesNothing):
    """A `Bank` that is not there."""

    def tokenise(self, _card: CardDetails, /) -> Answer:
        """Nothing was sent."""
        return _NOT_SENT

    def payout(self, _payout: Payout, /) -> Answer:
        """Nothing was sent."""
        return _NOT_SENT

    def deposit(self, _deposit: Deposit, /) -> Answer:
        """Nothing was sent."""
        return _NOT_SENT

    def reverse_deposit(self, _reversal: DepositReversal, /) -> Answer:
        """Nothing was sent."""
        return _NOT_SENT


class UnconfiguredSmsCarrier:
    """An `SmsCarrier` that is not there."""

    def send(self, _message: SmsMessage, /) -> Answer:
        """Nothing was sent."""
        return _NOT_SENT


class UnconfiguredMailer:
    """A `Mailer` that is not there."""

    def send(self, _message: MailMessage, /) -> Answer:
        """Nothing was sent."""
        return _NOT_SENT
