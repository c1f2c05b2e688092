"""credit: classes of applicants; on the promise what the credit guard was told."""

import sqlalchemy as sa
from alembic import op

from service.store.columns import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table and the column."""
    op.create_table(
        "credit_classes",
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("grade", sa.String(), nullable=False),
        sa.Column("serious", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "since_on"),
    )
    op.add_column("commitments", sa.Column("asked", sa.JSON(), nullable=True))
