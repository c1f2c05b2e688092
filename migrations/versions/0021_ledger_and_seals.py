"""a ledger of what decides beside the cases, seals over it and over all records, and which of them were witnessed."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

ADDED = ("ledger", "seals")
VERBS = ("UPDATE", "DELETE")


def upgrade() -> None:
    """Number the records of all cases in one row, and add the tables."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    at = sa.String(32) if sqlite else sa.DateTime(timezone=True)
    _number_events(sqlite=sqlite)
    op.create_table(
        "ledger",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("kind", "key", "nonce", "content")),
        sa.Column("document", sa.JSON(), nullable=True),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("mark", "signer")),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("ledger_key", "ledger", ["kind", "key", "number"])
    op.create_table(
        "seals",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", at, nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("previous", "signer", "hash", "signature")),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "witnesses",
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("accepted_at", at, nullable=True),
        sa.Column("tried_at", at, nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("place"),
    )
    for table in ADDED:
        _protect(table, sqlite=sqlite)


def _number_events(*, sqlite: bool) -> None:
    if not sqlite:
        # one pass over the table; the trigger does not hear of it
        op.execute("CREATE SEQUENCE events_number_seq AS BIGINT")
        op.execute("ALTER TABLE events ADD COLUMN number BIGINT DEFAULT nextval('events_number_seq')")
        op.execute("ALTER SEQUENCE events_number_seq OWNED BY events.number")
    else:
        op.add_column("events", sa.Column("number", sa.BigInteger(), nullable=True))
        op.execute("DROP TRIGGER events_no_update")
        op.execute("UPDATE events SET number = rowid")
        _refuse("events", "UPDATE")
    op.create_index("events_number", "events", ["number"], unique=True)


def _refuse(table: str, verb: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} are append-only'); END"
    )


def _protect(table: str, *, sqlite: bool) -> None:
    if sqlite:
        for verb in VERBS:
            _refuse(table, verb)
        return
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    """Drop the tables and the numbers."""
    for table in ("witnesses", "seals", "ledger"):
        op.drop_table(table)
    op.drop_index("events_number", "events")
    op.drop_column("events", "number")
