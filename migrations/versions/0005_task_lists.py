"""indexes for the lists of tasks with a card, and of those that are done."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the indexes."""
    carded = sa.text("done_at IS NULL AND card <> 'none'")
    op.create_index(
        "tasks_carded",
        "tasks",
        ["card", "person", "department", "post", "rank_on", "case_id", "n"],
        sqlite_where=carded,
        postgresql_where=carded,
    )
    done = sa.text("done_at IS NOT NULL AND person <> ''")
    op.create_index(
        "tasks_done", "tasks", ["person", "done_at", "case_id", "n"], sqlite_where=done, postgresql_where=done
    )
