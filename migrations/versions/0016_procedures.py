"""each procedure of an item in a column of its own, which was a key inside `special` before."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

VALUES = ("hearing", "legal_review", "feedback")  # objects
TEXTS = ("ground", "severity")
MOVED = (*VALUES, "officers", *TEXTS)


def upgrade() -> None:
    """Add the columns and move what is there; a process of the release before may go on writing the old way."""
    for name in (*VALUES, "officers"):
        op.add_column("items", sa.Column(name, sa.JSON(), nullable=True))
    for name in TEXTS:
        op.add_column("items", sa.Column(name, sa.String(), nullable=False, server_default=sa.text("''")))
    op.execute(_moved_out(op.get_bind().dialect.name))


def _moved_out(dialect: str) -> str:
    if dialect == "sqlite":
        taken = [f"{name} = coalesce(json_extract(special, '$.{name}'), '{_empty(name)}')" for name in MOVED]
        paths = ", ".join(f"'$.{name}'" for name in MOVED)
        return f"UPDATE items SET {', '.join(taken)}, special = json_remove(special, {paths})"
    taken = [
        f"{name} = coalesce(special::jsonb ->> '{name}', '')"
        if name in TEXTS
        else f"{name} = coalesce(special::jsonb -> '{name}', '{_empty(name)}')::json"
        for name in MOVED
    ]
    names = ", ".join(f"'{name}'" for name in MOVED)
    return f"UPDATE items SET {', '.join(taken)}, special = (special::jsonb - ARRAY[{names}])::json"


def _empty(name: str) -> str:
    if name in TEXTS:
        return ""
    return "{}" if name in VALUES else "[]"


def downgrade() -> None:
    """Put everything back into `special`."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for name in MOVED:
        if sqlite:
            value = name if name in TEXTS else f"json({name})"
            moved = f"json_set(special, '$.{name}', {value})"
        else:
            value = f"to_jsonb({name})" if name in TEXTS else f"{name}::jsonb"
            moved = f"(special::jsonb || jsonb_build_object('{name}', {value}))::json"
        held = name if sqlite or name in TEXTS else f"{name}::text"
        op.execute(
            f"UPDATE items SET special = {moved} WHERE {name} IS NOT NULL AND {held} <> '{_empty(name)}'"
        )
        op.drop_column("items", name)
