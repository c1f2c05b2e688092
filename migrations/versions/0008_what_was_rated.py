"""a rating says which item it is of."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column: empty stands for the case as a whole."""
    op.add_column("ratings", sa.Column("item", sa.String(), nullable=False, server_default=sa.text("''")))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("ratings", "item")
