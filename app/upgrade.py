"""Brings the database to today's schema and seed: `python -m app.upgrade`; to be run before every start.

Every start waits for it, so it wires no wallet: the database, the seeds and Alembic are all that it loads.
"""

import sys

from sqlalchemy.exc import SQLAlchemyError

from app.audit.trail import AuditTrail
from app.core.database import database_alone
from app.core.security import KeyRing
from app.core.settings import CANNOT_START, SettingsError, load_settings
from app.migrating import migrate
from app.seeding import SEEDS


def main() -> int:
    """Migrate and seed; one line on stderr where it can't be done."""
    try:
        settings = load_settings()
        trail = AuditTrail(KeyRing(settings.secret_key))
        with database_alone(settings) as database:
            migrate(database, (*SEEDS, trail.plant))
    except SettingsError as problem:
        sys.stderr.write(f"{problem}\n")
        return CANNOT_START
    except (SQLAlchemyError, OSError) as problem:
        cause = str(getattr(problem, "orig", problem)).splitlines()[0]
        sys.stderr.write(f"the database cannot be used ({cause}); check WALLET_DATABASE_URL\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
