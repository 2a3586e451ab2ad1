"""A notice in more languages, and the answers that are paused while it is shown."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    with op.batch_alter_table("notices") as table:
        table.add_column(sa.Column("text_en", sa.String(length=300), nullable=True))
        table.add_column(sa.Column("text_easy", sa.String(length=300), nullable=True))
        table.add_column(sa.Column("paused", sa.JSON(), server_default="[]", nullable=False))
        table.add_column(sa.Column("paused_departments", sa.JSON(), server_default="[]", nullable=False))
        table.add_column(sa.Column("drill_pauses", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("notices") as table:
        for name in ("drill_pauses", "paused_departments", "paused", "text_easy", "text_en"):
            table.drop_column(name)
