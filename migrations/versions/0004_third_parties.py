"""items name the third parties who were told of the right to a hearing."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; nobody was told of anything before."""
    with op.batch_alter_table("items") as table:
        table.add_column(sa.Column("third_parties", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
    with op.batch_alter_table("items") as table:
        table.alter_column("third_parties", server_default=None)
