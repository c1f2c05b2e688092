"""which release is in force since when; which programs may work on this schema."""

import sqlalchemy as sa
from alembic import op

from service.store.columns import UtcDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both tables; what was published until now came into force when it was published.

    From here on a program works on a schema newer than its own as long as it knows the revision named in `compatible`.
    A migration that takes away what such a program reads or writes puts its own revision there.
    """
    in_force = op.create_table(
        "in_force",
        sa.Column("bundle", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("bundle", "n"),
    )
    op.execute(
        f'INSERT INTO {in_force.name} (bundle, n, number, since, "by") '
        "SELECT bundle, number, number, published_at, published_by FROM releases"
    )
    _append_only("in_force")
    compatible = op.create_table(
        "compatible", sa.Column("least", sa.String(), nullable=False), sa.PrimaryKeyConstraint("least")
    )
    op.bulk_insert(compatible, [{"least": revision}])


def _append_only(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("compatible")
    op.drop_table("in_force")
