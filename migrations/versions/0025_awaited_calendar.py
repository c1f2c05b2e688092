"""on which day the end of a limit was put off because the notice of holidays on which it hangs was not there."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the mark; nothing was put off before."""
    op.add_column("clocks", sa.Column("awaited_on", sa.Date(), nullable=True))


def downgrade() -> None:
    """Drop it."""
    with op.batch_alter_table("clocks") as clocks:
        clocks.drop_column("awaited_on")
