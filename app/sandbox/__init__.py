"""The control doors of contract, section 9; never in production."""
