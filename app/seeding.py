"""What every database starts with (contract, section 1), beside the head of the audit trail.

Apart from the factory, so that `app.upgrade`, for which every start waits, loads a third of the wallet and not all.
"""

from app.core.database import Seed
from app.ledger import accounts as ledger_accounts
from app.payments import seed as merchants
from app.status import seeding as app_releases
from app.support.faq import seeding as faq

SEEDS: tuple[Seed, ...] = (ledger_accounts.seed, merchants.seed, app_releases.seed, faq.seed)
"""Each may be planted again."""
