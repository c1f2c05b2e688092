"""items name the third parties who were told of the right to a hearing."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; nobody was told of anything before."""
    op.add_column("items", sa.Column("third_parties", sa.JSON(), nullable=True))
    op.execute("UPDATE items SET third_parties = '[]'")


def downgrade() -> None:
    """Drop it."""
    op.drop_column("items", "third_parties")
