"""who proposed and who confirmed a class of credit; mandates; in which department files were handed in."""

import hashlib

import sqlalchemy as sa
from alembic import op

from service.store.columns import UtcDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

EMPTY = {"nullable": False, "server_default": sa.text("''")}


def upgrade() -> None:
    """Add the table and the columns; classes that one person set are taken over as they stand."""
    op.add_column("cases", sa.Column("mandate", sa.JSON(), nullable=True))
    op.execute("UPDATE cases SET mandate = '{}'")
    op.add_column("file_owners", sa.Column("department", sa.String(), **EMPTY))
    entries = op.create_table(
        "credit_entries",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("grade", sa.String(), nullable=False),
        sa.Column("serious", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("confirms", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("credit_entries_subject", "credit_entries", ["subject"])
    op.create_index(
        "credit_entries_confirms",
        "credit_entries",
        ["confirms"],
        unique=True,
        sqlite_where=sa.text("confirms <> ''"),
        postgresql_where=sa.text("confirms <> ''"),
    )
    _take_over(entries)
    _append_only()


def _take_over(entries: sa.Table) -> None:
    """Keep what was set before as proposed by who set it, and confirmed by nobody."""
    classes = sa.table(
        "credit_classes",
        *(sa.column(name) for name in ("subject", "grade", "serious", "source", "set_by")),
        sa.column("since_on", sa.Date()),
        sa.column("set_at", UtcDateTime()),
    )
    rows = []
    for row in op.get_bind().execute(sa.select(classes)).mappings():
        key = f"{row['subject']} {row['since_on']}"
        names = ("subject", "since_on", "grade", "source")
        said = {**{name: row[name] for name in names}, "serious": bool(row["serious"])}
        first, second = (hashlib.sha256(f"{n} {key}".encode()).hexdigest()[:32] for n in (1, 2))
        at = row["set_at"]
        rows += [
            {**said, "id": first, "by": row["set_by"], "at": at, "confirms": ""},
            {**said, "id": second, "by": "", "at": at, "confirms": first},
        ]
    if rows:
        op.bulk_insert(entries, rows)


def _append_only() -> None:
    """Let nobody change an entry, whatever a program asks."""
    if op.get_context().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER credit_entries_no_{verb.lower()} BEFORE {verb} ON credit_entries "
                "BEGIN SELECT RAISE(ABORT, 'credit entries are append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION refuse_credit_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'credit entries are append-only' USING ERRCODE = 'restrict_violation'; END $$"
    )
    op.execute(
        "CREATE TRIGGER credit_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_entries "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_credit_change()"
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("credit_entries")
    if op.get_context().dialect.name != "sqlite":
        op.execute("DROP FUNCTION refuse_credit_change()")
    op.drop_column("file_owners", "department")
    op.drop_column("cases", "mandate")
