"""what figures of a month are read through."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the indexes."""
    op.create_index("ratings_month", "ratings", ["rated_at"])
    closed = sa.text("closed_at IS NOT NULL")
    op.create_index("cases_closed", "cases", ["bundle", "closed_at"], sqlite_where=closed, postgresql_where=closed)


def downgrade() -> None:
    """Drop the indexes."""
    op.drop_index("cases_closed", "cases")
    op.drop_index("ratings_month", "ratings")
