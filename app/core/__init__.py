"""What every domain stands on: settings, database, clock, money, ids, errors, HTTP. No business rules."""
