"""the result of a tender, an auction or an exam; the hour at which the last day of a limit ends with the office's."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both; nothing was chosen so before, and every day ended at 24:00."""
    op.add_column("items", sa.Column("selection", sa.JSON(), nullable=True))
    op.execute("UPDATE items SET selection = '{}'")
    op.add_column("clocks", sa.Column("closes_at", sa.String(), nullable=False, server_default=sa.text("''")))


def downgrade() -> None:
    """Drop them."""
    with op.batch_alter_table("clocks") as clocks:
        clocks.drop_column("closes_at")
    with op.batch_alter_table("items") as items:
        items.drop_column("selection")
