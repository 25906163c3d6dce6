"""A user's reading changes nothing, so that neither a link nor a prefetching browser does anything in a user's name.

What agents read, the audit trail writes down; that is tried in tests/audit.
"""

import pytest
import sqlalchemy as sa

from app.factory import Wallet
from tests.client import Client
from tests.security.addressing import create_owner, path_of, query_of
from tests.security.surface import described_operations

OF_NOBODY = {"faq_id": "faq_forgot_login_password"}
SEEN = {"last_seen_at"}
"""When a session was last used, which every call notes."""


def contents(wallet: Wallet) -> dict[str, list[str]]:
    """Every row of every table, but for what every call notes."""
    with wallet.app.app_context():
        engine = wallet.database.engine
    with engine.connect() as connection:
        inspector = sa.inspect(connection)
        found = {}
        for name in inspector.get_table_names():
            columns = [it["name"] for it in inspector.get_columns(name) if it["name"] not in SEEN]
            table = sa.table(name, *map(sa.column, columns))
            found[name] = sorted(map(str, connection.execute(sa.select(table))))
        return found


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_reading_changes_nothing(wallet: Wallet, client: Client, method: str) -> None:
    owner = create_owner(wallet)
    speakers = {"user": owner.client, "anyone": client}
    before, walked = contents(wallet), 0
    for operation in described_operations(client):
        if operation.method != "GET" or operation.access not in speakers:
            continue
        path = path_of(operation, OF_NOBODY | owner.own)
        answer = speakers[operation.access]._call(
            method, path, query_string=query_of(operation) or None
        )
        assert answer.status in (200, 404), (str(operation), answer.status)
        walked += 1
    assert walked >= 18
    assert contents(wallet) == before


def test_the_search_for_changes_sees_one(wallet: Wallet) -> None:
    owner = create_owner(wallet)
    before = contents(wallet)
    assert owner.client.patch("/v1/me", {"display_name": "韩梅梅"}).status == 200
    after = contents(wallet)
    assert {name for name in before if before[name] != after[name]} == {"users"}
