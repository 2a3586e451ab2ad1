"""The years from which an indicator is counted otherwise."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    nothing = sa.text("'[]'")
    op.add_column("indicators", sa.Column("breaks", sa.JSON(), server_default=nothing, nullable=False))


def downgrade() -> None:
    op.drop_column("indicators", "breaks")
