"""the record of each check on the spot: who went, when, where, point by point, who signed."""

import sqlalchemy as sa
from alembic import op

from service.store.columns import UtcDateTime

revision = "0029"
down_revision = "0025"
branch_labels = None
depends_on = None

LISTS = ("officers", "points", "signatures", "photos")


def upgrade() -> None:
    """Create the table; checks recorded until now stand in the record of their act alone."""
    op.create_table(
        "inspections",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("item", "action", "place")),
        sa.Column("checked_at", UtcDateTime(), nullable=False),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in LISTS),
        sa.Column("findings", sa.String(), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("awaits", sa.String(), nullable=False),
        sa.Column("filed_on", sa.Date(), nullable=True),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.PrimaryKeyConstraint("case_id", "n"),
    )
    for name, columns, where in (
        ("inspections_awaits", ["awaits"], "awaits <> ''"),
        ("inspections_public", ["filed_on", "case_id", "n"], "public"),
    ):
        clause = sa.text(where)
        op.create_index(
            name,
            "inspections",
            columns,
            unique=False,
            sqlite_where=clause,
            postgresql_where=clause,
        )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("inspections")
