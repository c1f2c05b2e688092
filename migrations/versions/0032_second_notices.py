"""what supervision reads of all cases: the corrections that were asked for twice."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0030"
branch_labels = None
depends_on = None

AGAIN = sa.text("action = 'notify_again'")


def upgrade() -> None:
    """Index them alone; of the whole record they are few."""
    op.create_index(
        "events_again",
        "events",
        ["recorded_at", "case_id", "n"],
        unique=False,
        sqlite_where=AGAIN,
        postgresql_where=AGAIN,
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_index("events_again", table_name="events")
