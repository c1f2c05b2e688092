"""workers that report, chores done by one worker at a time, and quotas shared by all processes."""

import sqlalchemy as sa
from alembic import op

from service.store.columns import UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add three tables that stand alone, and indexes of drafts and of cases that rest."""
    op.create_table(
        "workers",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("round", sa.JSON(), nullable=False),
    )
    op.create_table(
        "chores",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("leased_until", UtcDateTime(), nullable=True),
        sa.Column("done_at", UtcDateTime(), nullable=True),
    )
    op.create_table(
        "quotas",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("units", sa.Float(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
    )
    drafts = sa.text("state = 'draft'")
    op.create_index(
        "cases_drafts", "cases", ["account", "created_at"], sqlite_where=drafts, postgresql_where=drafts
    )
    resting = sa.text("retry_at IS NOT NULL")
    op.create_index(
        "cases_resting", "cases", ["retry_at"], sqlite_where=resting, postgresql_where=resting
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_index("cases_drafts", table_name="cases")
    op.drop_index("cases_resting", table_name="cases")
    for name in ("quotas", "chores", "workers"):
        op.drop_table(name)
