"""what registers answered while an application was filled in."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it; none was asked before."""
    op.add_column("cases", sa.Column("registers", sa.JSON(), nullable=True))
    op.execute("UPDATE cases SET registers = '{}'")


def downgrade() -> None:
    """Drop it."""
    with op.batch_alter_table("cases") as cases:
        cases.drop_column("registers")
