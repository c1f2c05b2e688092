"""promises: which of them are published, in the order of their grant."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column and the index of the list."""
    op.add_column("commitments", sa.Column("public", sa.Boolean(), nullable=False, server_default=sa.text("true")))
    where = sa.text("public AND granted_on IS NOT NULL")
    op.create_index(
        "commitments_public", "commitments", ["granted_on", "case_id", "item"], sqlite_where=where, postgresql_where=where
    )  # fmt: skip
