"""signing in: attempts counted for all processes, tokens that end, the second factor."""

import sqlalchemy as sa
from alembic import op

from service.store.columns import UtcDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add columns and tables; a process of the release before goes on writing accounts without them."""
    op.add_column("accounts", sa.Column("token_generation", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.add_column("accounts", sa.Column("otp_secret", sa.String(), nullable=False, server_default=sa.text("''")))
    op.add_column("accounts", sa.Column("otp_step", sa.BigInteger(), nullable=False, server_default=sa.text("0")))
    op.create_table(
        "sign_in_attempts",
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("failed_count", sa.Integer(), nullable=False),
        sa.Column("counted_until", UtcDateTime(), nullable=False),
        sa.Column("locked_until", UtcDateTime(), nullable=True),
        sa.Column("known_until", UtcDateTime(), nullable=True),
    )
    op.create_index("sign_in_attempts_counted", "sign_in_attempts", ["counted_until"])
    op.create_table(
        "access_changes",
        sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=True),
    )
    op.create_index("access_changes_ends", "access_changes", ["ends_at"])
    op.create_table(
        "recovery_codes",
        sa.Column("account", sa.String(), sa.ForeignKey("accounts.account"), primary_key=True),
        sa.Column("code_hmac", sa.String(), primary_key=True),
    )


def downgrade() -> None:
    """Forget them; a second factor has to be set up again."""
    for name in ("recovery_codes", "access_changes", "sign_in_attempts"):
        op.drop_table(name)
    for name in ("otp_step", "otp_secret", "token_generation"):
        op.drop_column("accounts", name)
