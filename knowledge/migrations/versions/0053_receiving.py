"""Events whose question is still to be logged, and channels that rest"""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"


def upgrade() -> None:
    op.add_column("line_events", sa.Column("unlogged", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(
        "ix_line_events_unlogged",
        "line_events",
        ["id"],
        sqlite_where=sa.text("unlogged"),
        postgresql_where=sa.text("unlogged"),
    )
    op.create_table(
        "channel_rests",
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_channel_rests")),
    )


def downgrade() -> None:
    op.drop_table("channel_rests")
    op.drop_index("ix_line_events_unlogged", table_name="line_events")
    op.drop_column("line_events", "unlogged")
