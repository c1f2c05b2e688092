"""what a certificate continues and an item renews or changes; a clock with a given last day."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    op.add_column("items", sa.Column("about", sa.String(), nullable=False, server_default=sa.text("''")))
    op.add_column("items", sa.Column("window", sa.JSON(), nullable=True))
    op.add_column("clocks", sa.Column("ends_on", sa.Date(), nullable=True))
    op.add_column("certificates", sa.Column("valid_from", sa.Date(), nullable=True))
    op.add_column("certificates", sa.Column("continues", sa.String(), nullable=False, server_default=sa.text("''")))
    for table, column in (("items", "about"), ("certificates", "continues")):
        op.create_index(
            f"{table}_{column}", table, [column], unique=False,
            sqlite_where=sa.text(f"{column} <> ''"), postgresql_where=sa.text(f"{column} <> ''"),
        )  # fmt: skip


def downgrade() -> None:
    """Drop them."""
    op.drop_index("certificates_continues", "certificates")
    op.drop_index("items_about", "items")
    op.drop_column("certificates", "continues")
    op.drop_column("certificates", "valid_from")
    op.drop_column("clocks", "ends_on")
    op.drop_column("items", "window")
    op.drop_column("items", "about")
