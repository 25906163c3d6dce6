"""What agents ask to have done to an account or its money."""

revision = "0015_action_requests"
down_revision = "0014_calls"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
