"""what is due for an item, and how it was settled."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it; nothing was due before."""
    op.add_column("items", sa.Column("payment", sa.JSON(), nullable=True))
    op.execute("UPDATE items SET payment = '{}'")


def downgrade() -> None:
    """Drop it."""
    with op.batch_alter_table("items") as items:
        items.drop_column("payment")
