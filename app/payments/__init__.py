"""Moving money: payments, transfers, top-ups, withdrawals, and what became of each."""
