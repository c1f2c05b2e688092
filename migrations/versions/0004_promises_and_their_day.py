"""promises: the notice beside the text, the entry of the list, the promised day; from when a certificate may be used."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    for name in ("notice", "notice_sha256", "listed"):
        op.add_column("commitments", sa.Column(name, sa.String(), nullable=False, server_default=sa.text("''")))
    op.add_column("commitments", sa.Column("later_on", sa.Date(), nullable=True))
    op.add_column("certificates", sa.Column("operable_from", sa.Date(), nullable=True))
