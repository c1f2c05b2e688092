"""a case may name the one whose refused items it applies for anew."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

NAMED = sa.text("reapply_of <> ''")


def upgrade() -> None:
    """Add what it names and the items it is limited to; nothing was applied for anew before."""
    op.add_column("cases", sa.Column("reapply_of", sa.String(), nullable=False, server_default=sa.text("''")))
    op.add_column("cases", sa.Column("limited_to", sa.JSON(), nullable=True))
    op.execute("UPDATE cases SET limited_to = '[]'")
    op.create_index(
        "cases_reapply_of",
        "cases",
        ["reapply_of"],
        unique=False,
        sqlite_where=NAMED,
        postgresql_where=NAMED,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index("cases_reapply_of", table_name="cases")
    with op.batch_alter_table("cases") as cases:
        cases.drop_column("limited_to")
        cases.drop_column("reapply_of")
