"""People whom staff talk to in LINE's own chat: the service is silent for them until a moment"""

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"


def upgrade() -> None:
    op.add_column("municipalities", sa.Column("staff_chat_hours", sa.Integer(), nullable=True))
    op.create_table(
        "staff_chats",
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("asker", sa.String(length=32), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("municipality_code", "asker", name=op.f("pk_staff_chats")),
    )


def downgrade() -> None:
    op.drop_table("staff_chats")
    op.drop_column("municipalities", "staff_chat_hours")
