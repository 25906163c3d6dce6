"""The double-entry ledger.

What the database itself holds: a wallet never falls below what is held, below zero never; postings are inserted first
and sealed by their transaction, which is accepted only if they sum to zero per currency; nothing is changed or deleted.
"""

import sqlalchemy as sa
from alembic import op

from app.core.tables import BIG, Moment

revision = "0002_ledger"
down_revision = "0001_core"

IMMUTABLE = ("ledger_transactions", "ledger_postings")


def upgrade() -> None:
    op.create_table(
        "ledger_accounts",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("owner_id", sa.Text, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("balance_minor", BIG, nullable=False),
        sa.Column("held_minor", BIG, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_accounts"),
        sa.UniqueConstraint("kind", "owner_id", "currency", name="uq_ledger_accounts_kind_owner_id_currency"),
        sa.CheckConstraint("balance_minor >= 0", name=op.f("ck_ledger_accounts_balance_not_negative")),
        sa.CheckConstraint("held_minor >= 0", name=op.f("ck_ledger_accounts_held_not_negative")),
        sa.CheckConstraint("held_minor <= balance_minor", name=op.f("ck_ledger_accounts_held_within_balance")),
        sa.CheckConstraint(
            "kind = 'user_wallet' OR (balance_minor = 0 AND held_minor = 0)",
            name=op.f("ck_ledger_accounts_running_balance"),
        ),
        sa.CheckConstraint("length(currency) = 3", name=op.f("ck_ledger_accounts_currency")),
        sqlite_strict=True,
    )
    op.create_table(
        "ledger_transactions",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("movement", sa.Text, nullable=False),
        sa.Column("reference_type", sa.Text, nullable=False),
        sa.Column("reference_id", sa.Text, nullable=False),
        sa.Column("external_reference", sa.Text),
        sa.Column("reverses_id", sa.Text),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_transactions"),
        sa.UniqueConstraint("reverses_id", name="uq_ledger_transactions_reverses_id"),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["ledger_transactions.id"], name="fk_ledger_transactions_reverses_id"
        ),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_ledger_transactions_reference_type_reference_id",
        "ledger_transactions",
        ["reference_type", "reference_id"],
    )
    op.create_table(
        "ledger_postings",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("transaction_id", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("amount_minor", BIG, nullable=False),
        sa.Column("balance_after_minor", BIG),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_postings"),
        sa.ForeignKeyConstraint(
            ["transaction_id"],
            ["ledger_transactions.id"],
            name="fk_ledger_postings_transaction_id",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["ledger_accounts.id"], name="fk_ledger_postings_account_id"
        ),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_ledger_postings_moves_something")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_ledger_postings_account_id_created_at_id",
        "ledger_postings",
        ["account_id", "created_at", "id"],
    )
    op.create_index("ix_ledger_postings_transaction_id", "ledger_postings", ["transaction_id"])
    op.create_table(
        "ledger_holds",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("amount_minor", BIG, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("reference_id", sa.Text, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("resolved_at", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_holds"),
        sa.UniqueConstraint("reference_id", name="uq_ledger_holds_reference_id"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["ledger_accounts.id"], name="fk_ledger_holds_account_id"
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_ledger_holds_amount_positive")),
        sa.CheckConstraint(
            "status IN ('held', 'captured', 'released')", name=op.f("ck_ledger_holds_status")
        ),
        sa.CheckConstraint(
            "(status = 'held') = (resolved_at IS NULL)", name=op.f("ck_ledger_holds_resolved")
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_ledger_holds_account_id_status", "ledger_holds", ["account_id", "status"])
    dialect = op.get_bind().dialect.name
    for statement in POSTGRESQL if dialect == "postgresql" else sqlite_triggers():
        op.execute(statement)


def sqlite_triggers() -> list[str]:
    return [
        *(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is immutable'); END"
            for table in IMMUTABLE
            for verb in ("UPDATE", "DELETE")
        ),
        """CREATE TRIGGER ledger_postings_unsealed BEFORE INSERT ON ledger_postings
        WHEN EXISTS (SELECT 1 FROM ledger_transactions WHERE id = NEW.transaction_id)
        BEGIN SELECT RAISE(ABORT, 'the transaction is sealed'); END""",
        """CREATE TRIGGER ledger_transactions_balanced BEFORE INSERT ON ledger_transactions
        WHEN (SELECT count(*) FROM ledger_postings WHERE transaction_id = NEW.id) < 2
          OR EXISTS (SELECT 1 FROM ledger_postings WHERE transaction_id = NEW.id
                     GROUP BY currency HAVING sum(amount_minor) <> 0)
        BEGIN SELECT RAISE(ABORT, 'the postings do not balance'); END""",
    ]


POSTGRESQL = [
    """CREATE FUNCTION ledger_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '% is immutable', TG_TABLE_NAME USING ERRCODE = 'check_violation'; END $$""",
    *(
        f"CREATE TRIGGER {table}_immutable BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION ledger_immutable()"
        for table in IMMUTABLE
    ),
    """CREATE FUNCTION ledger_unsealed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF EXISTS (SELECT 1 FROM ledger_transactions WHERE id = NEW.transaction_id) THEN
        RAISE EXCEPTION 'the transaction is sealed' USING ERRCODE = 'check_violation';
      END IF;
      RETURN NEW;
    END $$""",
    """CREATE TRIGGER ledger_postings_unsealed BEFORE INSERT ON ledger_postings
    FOR EACH ROW EXECUTE FUNCTION ledger_unsealed()""",
    """CREATE FUNCTION ledger_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF (SELECT count(*) FROM ledger_postings WHERE transaction_id = NEW.id) < 2
         OR EXISTS (SELECT 1 FROM ledger_postings WHERE transaction_id = NEW.id
                    GROUP BY currency HAVING sum(amount_minor) <> 0) THEN
        RAISE EXCEPTION 'the postings do not balance' USING ERRCODE = 'check_violation';
      END IF;
      RETURN NEW;
    END $$""",
    """CREATE TRIGGER ledger_transactions_balanced BEFORE INSERT ON ledger_transactions
    FOR EACH ROW EXECUTE FUNCTION ledger_balanced()""",
]


def downgrade() -> None:
    for table in ("ledger_holds", "ledger_postings", "ledger_transactions", "ledger_accounts"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for function in ("ledger_immutable", "ledger_unsealed", "ledger_balanced"):
            op.execute(f"DROP FUNCTION {function}")
