"""What the ledger refuses. Not answers to a client: the operation that calls decides what they mean."""


class InsufficientBalanceError(Exception):
    """The wallet's available balance doesn't cover the amount; nothing was changed."""


class ReversedAlreadyError(Exception):
    """The ledger transaction was undone before; nothing was changed."""


class HoldClosedError(Exception):
    """The hold was captured or released before; nothing was changed."""
