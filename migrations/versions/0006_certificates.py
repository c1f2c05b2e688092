"""what a certificate says and the code it is verified by; what a material rests on."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; those there already say nothing and rest on nothing."""
    op.add_column("materials", sa.Column("reference", sa.String(), nullable=False, server_default=sa.text("''")))
    op.add_column("certificates", sa.Column("code", sa.String(), nullable=False, server_default=sa.text("''")))
    op.add_column("certificates", sa.Column("carries", sa.JSON(), nullable=True))
    op.create_index(
        "certificates_code", "certificates", ["code"], unique=True,
        sqlite_where=sa.text("code <> ''"), postgresql_where=sa.text("code <> ''"),
    )  # fmt: skip


def downgrade() -> None:
    """Drop them."""
    op.drop_index("certificates_code", "certificates")
    op.drop_column("certificates", "carries")
    op.drop_column("certificates", "code")
    op.drop_column("materials", "reference")
