"""Brings the database to today's schema and seed: `python -m app.upgrade`; to be run before every start."""

import sys

from sqlalchemy.exc import SQLAlchemyError

from app.core.settings import CANNOT_START, SettingsError, load_settings
from app.factory import create_wallet
from app.migrating import migrate


def main() -> int:
    """Migrate and seed; one line on stderr where it can't be done."""
    try:
        wallet = create_wallet(load_settings())
        migrate(wallet.database, wallet.seeds)
    except SettingsError as problem:
        sys.stderr.write(f"{problem}\n")
        return CANNOT_START
    except (SQLAlchemyError, OSError) as problem:
        cause = str(getattr(problem, "orig", problem)).splitlines()[0]
        sys.stderr.write(f"the database cannot be used ({cause}); check WALLET_DATABASE_URL\n")
        return 1
    wallet.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
