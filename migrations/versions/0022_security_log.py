"""the security log, beside the record of the cases; what the scanner said of a file."""

import sqlalchemy as sa
from alembic import op

from service.store.columns import UtcDateTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

COLUMNS = ("fact", "account", "kind", "address", "about", "part", "request", "detail")
SHORTEST_TERM = "6 months"  # the law's: nothing younger can be removed, whatever the settings say


def upgrade() -> None:
    """Add the table, which nobody can change, and the columns; files that are there were never scanned."""
    op.create_table(
        "security_log",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        *(
            sa.Column(name, sa.String(), nullable=False, server_default=sa.text("''"))
            for name in COLUMNS
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    for name in ("account", "about"):
        op.create_index(f"security_log_{name}", "security_log", [name, "id"], unique=False)
    for name, default in (("scan", "unscanned"), ("threat", "")):
        op.add_column(
            "files",
            sa.Column(name, sa.String(), nullable=False, server_default=sa.text(f"'{default}'")),
        )
    op.add_column("files", sa.Column("scan_at", UtcDateTime(), nullable=True))
    unscanned = sa.text("scan IN ('pending', 'unscanned')")
    op.create_index(
        "files_scan",
        "files",
        ["scan_at", "sha256"],
        unique=False,
        sqlite_where=unscanned,
        postgresql_where=unscanned,
    )
    _append_only(op.get_bind().dialect.name)


def _append_only(dialect: str) -> None:
    said = "security_log is append-only"
    if dialect == "sqlite":
        op.execute(
            "CREATE TRIGGER security_log_no_update BEFORE UPDATE ON security_log "
            f"BEGIN SELECT RAISE(ABORT, '{said}'); END"
        )
        op.execute(
            "CREATE TRIGGER security_log_no_delete BEFORE DELETE ON security_log "
            f"WHEN OLD.at > strftime('%Y-%m-%dT%H:%M:%S', 'now', '-{SHORTEST_TERM}') "
            f"BEGIN SELECT RAISE(ABORT, '{said}'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION refuse_security_log_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'DELETE' AND OLD.at <= now() - interval '{SHORTEST_TERM}' THEN RETURN OLD; END IF; "
        f"RAISE EXCEPTION '{said}' USING ERRCODE = 'restrict_violation'; END $$"
    )
    op.execute(
        "CREATE TRIGGER security_log_append_only BEFORE UPDATE OR DELETE ON security_log "
        "FOR EACH ROW EXECUTE FUNCTION refuse_security_log_change()"
    )
    op.execute(
        "CREATE TRIGGER security_log_no_truncate BEFORE TRUNCATE ON security_log "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    """Take everything away again."""
    op.drop_table("security_log")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_security_log_change()")
    op.drop_index("files_scan", "files")
    for name in ("scan_at", "threat", "scan"):
        op.drop_column("files", name)
