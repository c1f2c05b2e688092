"""what an installation is called, and why a case rests that the clock could not do."""

import sqlalchemy as sa
from alembic import op

from service.store.columns import UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both, empty: the name is given by `yijianshi migrate`, beside the folder of files."""
    op.create_table(
        "installation",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("one"),
    )
    op.add_column("cases", sa.Column("retry_since", UtcDateTime(), nullable=True))
    op.add_column("cases", sa.Column("retry_error", sa.String(), nullable=False, server_default=sa.text("''")))


def downgrade() -> None:
    """Forget both."""
    op.drop_column("cases", "retry_error")
    op.drop_column("cases", "retry_since")
    op.drop_table("installation")
