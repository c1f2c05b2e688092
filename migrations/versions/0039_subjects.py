"""主体：in whose name one applies, who may act for whom, and for whom a case was filed and by whom."""

import sqlalchemy as sa
from alembic import op

from service.store.columns import UtcDateTime

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them. Every account so far acts for its holder, whom its own row names; every case was filed so."""
    op.create_table(
        "subjects",
        sa.Column("number", sa.String(), primary_key=True),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("kind", "document", "name")),
        sa.Column("verified_at", UtcDateTime(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("source", "receipt")),
    )
    op.create_table(
        "representations",
        sa.Column("id", sa.String(), primary_key=True),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("subject", "holder", "holder_name", "role")),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in ("bundles", "cases")),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("given_by", sa.String(), nullable=False),
        sa.Column("given_at", UtcDateTime(), nullable=False),
        sa.Column("accepted_by", sa.String(), nullable=False),
        sa.Column("accepted_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ending", sa.String(), nullable=False),
    )
    op.create_index("representations_holder", "representations", ["holder"], unique=False)
    op.create_index("representations_subject", "representations", ["subject"], unique=False)
    for table, name in (("sessions", "representation"), ("cases", "representation"), ("cases", "applicant_document")):
        op.add_column(table, sa.Column(name, sa.String(), nullable=False, server_default=sa.text("''")))
    op.add_column("cases", sa.Column("represented_by", sa.JSON(), nullable=True))
    op.execute("UPDATE cases SET represented_by = '{}'")


def downgrade() -> None:
    """Drop them."""
    with op.batch_alter_table("cases") as cases:
        for name in ("represented_by", "applicant_document", "representation"):
            cases.drop_column(name)
    with op.batch_alter_table("sessions") as sessions:
        sessions.drop_column("representation")
    op.drop_table("representations")
    op.drop_table("subjects")
