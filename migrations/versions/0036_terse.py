"""records told by what changed, and folded; answers folded."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0032"
branch_labels = None
depends_on = None

BEFORE = "0023"


def upgrade() -> None:
    """Where nobody has worked yet no process of the release before is expected: the terse form is written at once.

    Elsewhere it waits until `yijianshi migrate --alone` says that the last of them is gone. No column changes.
    """
    if op.get_bind().execute(sa.text("SELECT 1 FROM cases LIMIT 1")).first() is None:
        op.execute(f"UPDATE compatible SET least = '{revision}'")


def downgrade() -> None:
    """Let the release before in again; what was written tersely it does not read."""
    op.execute(f"UPDATE compatible SET least = '{BEFORE}' WHERE least = '{revision}'")
