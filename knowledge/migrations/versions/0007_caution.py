"""How sure a municipality wants to be before it answers."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column(
        "municipalities", sa.Column("caution", sa.String(length=10), nullable=False, server_default="standard")
    )


def downgrade() -> None:
    op.drop_column("municipalities", "caution")
