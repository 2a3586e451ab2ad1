"""Figures that are put aside while an invented year stands in their periods"""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"


def upgrade() -> None:
    op.add_column("demo_data", sa.Column("set_aside", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    op.drop_column("demo_data", "set_aside")
