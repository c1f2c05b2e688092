"""credit: how grave a breach is, from when it may be repaired, until when it counts, when it was repaired."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    for name, default in (("severity", "ordinary"), ("repair", "")):
        column = sa.Column(name, sa.String(), nullable=False, server_default=sa.text(f"'{default}'"))
        op.add_column("credits", column)
    for name in ("repair_from", "ends_on", "repaired_on"):
        op.add_column("credits", sa.Column(name, sa.Date(), nullable=True))
