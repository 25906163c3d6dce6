"""`GET /v1/wallet` and its entries."""

from app.core.database import Database
from app.core.errors import VALIDATION_FAILED, field_problem
from app.core.http.call import Call
from app.core.http.routes import Routes
from app.core.pagination import Page
from app.ledger import queries
from app.ledger.schemas import WalletEntrySchema, WalletQuerySchema, WalletSchema

routes = Routes("wallet", prefix="/v1/wallet", tag="Wallet")


@routes.get("", query=WalletQuerySchema, answers={200: WalletSchema})
def read_wallet(database: Database, call: Call) -> queries.Wallet:
    """The caller's balance: available, held and total; with `at`, as it stood at that moment."""
    moment = call.query.get("at")
    with database.snapshot() as tx:
        if moment is None:
            return queries.wallet_of(tx, call.user_id)
        if moment > tx.now:
            raise VALIDATION_FAILED(errors=[field_problem("/at", "in_the_future")])
        return queries.wallet_at(tx, call.user_id, moment)


@routes.get("/entries", answers={200: WalletEntrySchema}, paged=True)
def list_entries(database: Database, call: Call) -> Page[queries.WalletEntry]:
    """Settled movements, newest first; holds are none."""
    with database.snapshot() as tx:
        return queries.wallet_entries(tx, call.user_id, call.page)
