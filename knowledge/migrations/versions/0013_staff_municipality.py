"""What staff changed of the municipality itself: theirs, and with a version."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("municipalities", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("municipalities", sa.Column("by_staff", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("municipalities", "by_staff")
    op.drop_column("municipalities", "version")
