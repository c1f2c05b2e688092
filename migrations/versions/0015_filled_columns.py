"""columns that were added later hold their empty value in the rows that were there before.

A process of the release before may go on writing rows without it until it is replaced: those read the same.
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ADDED = (
    ("items", "third_parties", "[]"),
    ("items", "window", "{}"),
    ("certificates", "carries", "{}"),
    ("commitments", "asked", "[]"),
)


def upgrade() -> None:
    """Fill what holds nothing; a certificate from before 0004 may be used from its issue, where no later day was promised."""
    for table, column, empty in ADDED:
        op.execute(f"""UPDATE {table} SET "{column}" = '{empty}' WHERE "{column}" IS NULL""")
    promised = (
        "SELECT 1 FROM commitments p WHERE p.case_id = certificates.case_id AND p.item = certificates.item "
        "AND p.later_on IS NOT NULL"
    )
    op.execute(
        f"UPDATE certificates SET operable_from = issued_on WHERE operable_from IS NULL AND NOT EXISTS ({promised})"
    )


def downgrade() -> None:
    """Leave them: the releases before read an empty value too."""
