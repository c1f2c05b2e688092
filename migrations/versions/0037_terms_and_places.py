"""messages that were sent have a term; a session says from where it was opened."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

SENT = sa.text("state = 'sent'")


def upgrade() -> None:
    """Index what was sent by when; of where older sessions were opened nothing is known."""
    op.create_index(
        "messages_sent",
        "messages",
        ["sent_at"],
        unique=False,
        sqlite_where=SENT,
        postgresql_where=SENT,
    )
    op.add_column("sessions", sa.Column("address", sa.String(), nullable=False, server_default=sa.text("''")))


def downgrade() -> None:
    """Drop both."""
    with op.batch_alter_table("sessions") as sessions:
        sessions.drop_column("address")
    op.drop_index("messages_sent", table_name="messages")
