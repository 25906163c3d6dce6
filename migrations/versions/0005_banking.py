"""Bank cards.

What the database itself holds: a number is active for one user at most, a user has one default card at most, a card
through which money moves is active, and a card gets one micro-deposit and gives it back once.
"""

import sqlalchemy as sa
from alembic import op

from app.core.tables import BIG, Flag, Moment

revision = "0005_banking"
down_revision = "0004_notifications"

TABLES = ("micro_deposit_attempts", "bank_card_reservations", "bank_cards", "bank_card_holders")


def upgrade() -> None:
    create_holders()
    create_cards()
    create_reservations()
    create_attempts()


def create_holders() -> None:
    op.create_table(
        "bank_card_holders",
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("changes", BIG, nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_bank_card_holders"),
        sqlite_strict=True,
    )


def create_cards() -> None:
    op.create_table(
        "bank_cards",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("bank_code", sa.Text, nullable=False),
        sa.Column("card_type", sa.Text, nullable=False),
        sa.Column("last4", sa.Text, nullable=False),
        sa.Column("holder_name_masked", sa.Text, nullable=False),
        sa.Column("number_fingerprint", sa.Text, nullable=False),
        sa.Column("sealed_token", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("is_default", Flag, nullable=False),
        sa.Column("movements_open", sa.Integer, nullable=False),
        sa.Column("attempts_remaining", sa.Integer, nullable=False),
        sa.Column("deposit_minor", BIG),
        sa.Column("deposit_status", sa.Text),
        sa.Column("expires_at", Moment),
        sa.Column("previous_binding_id", sa.Text),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("activated_at", Moment),
        sa.Column("unbound_at", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_bank_cards"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["bank_card_holders.user_id"], name="fk_bank_cards_user_id"
        ),
        sa.ForeignKeyConstraint(
            ["previous_binding_id"], ["bank_cards.id"], name="fk_bank_cards_previous_binding_id"
        ),
        *card_checks(),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_bank_cards_user_id_created_at_id", "bank_cards", ["user_id", "created_at", "id"]
    )
    op.create_index(
        "ix_bank_cards_user_id_number_fingerprint_created_at",
        "bank_cards",
        ["user_id", "number_fingerprint", "created_at"],
    )
    op.create_index("ix_bank_cards_last4_created_at", "bank_cards", ["last4", "created_at"])
    partial_unique("uq_bank_cards_active_number", "bank_cards", ["number_fingerprint"], "status = 'active'")
    partial_unique("uq_bank_cards_default", "bank_cards", ["user_id"], "is_default")


def card_checks() -> list[sa.CheckConstraint]:
    checks = {
        "status": "status IN ('pending_verification', 'active', 'verification_failed', 'expired', 'unbound')",
        "card_type": "card_type IN ('debit', 'credit')",
        "last4": "length(last4) = 4",
        "attempts_remaining": "attempts_remaining BETWEEN 0 AND 3",
        "deposit_status": "deposit_status IS NULL OR deposit_status IN ('pending', 'sent', 'returned')",
        "verification_whole": "(deposit_status IS NULL) = (deposit_minor IS NULL)"
        " AND (deposit_status IS NULL) = (expires_at IS NULL)",
        "deposit_minor": "deposit_minor BETWEEN 1 AND 99",
        "movements_open": "movements_open = 0 OR (movements_open > 0 AND status = 'active')",
        "unbound_at": "(status = 'unbound') = (unbound_at IS NOT NULL)",
        "activated_at": "status <> 'active' OR activated_at IS NOT NULL",
    }
    if op.get_bind().dialect.name == "sqlite":
        checks["is_default"] = "is_default IN (0, 1)"
    checks["default_is_active"] = "NOT is_default OR status = 'active'"
    return [sa.CheckConstraint(rule, name=op.f(f"ck_bank_cards_{name}")) for name, rule in checks.items()]


def create_reservations() -> None:
    op.create_table(
        "bank_card_reservations",
        sa.Column("movement_id", sa.Text, nullable=False),
        sa.Column("card_id", sa.Text, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("movement_id", name="pk_bank_card_reservations"),
        sa.ForeignKeyConstraint(
            ["card_id"], ["bank_cards.id"], name="fk_bank_card_reservations_card_id"
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_bank_card_reservations_card_id", "bank_card_reservations", ["card_id"])


def create_attempts() -> None:
    op.create_table(
        "micro_deposit_attempts",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("card_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("problem", sa.Text),
        sa.Column("external_id", sa.Text),
        sa.Column("began_at", Moment, nullable=False),
        sa.Column("finished_at", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_micro_deposit_attempts"),
        sa.ForeignKeyConstraint(
            ["card_id"], ["bank_cards.id"], name="fk_micro_deposit_attempts_card_id"
        ),
        sa.CheckConstraint(
            "kind IN ('deposit', 'claw_back')", name=op.f("ck_micro_deposit_attempts_kind")
        ),
        sa.CheckConstraint(
            "status IN ('sending', 'succeeded', 'failed')", name=op.f("ck_micro_deposit_attempts_status")
        ),
        sa.CheckConstraint(
            "(status = 'sending') = (finished_at IS NULL)", name=op.f("ck_micro_deposit_attempts_finished")
        ),
        sqlite_strict=True,
    )
    partial_unique(
        "uq_micro_deposit_attempts_live",
        "micro_deposit_attempts",
        ["card_id", "kind"],
        "status <> 'failed'",
    )


def partial_unique(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(
        name,
        table,
        columns,
        unique=True,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
