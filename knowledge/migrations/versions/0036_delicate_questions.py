"""Which delicate matter a question was about whose text is not kept"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    op.add_column("query_log", sa.Column("delicate", sa.String(length=12), nullable=True))


def downgrade() -> None:
    op.drop_column("query_log", "delicate")
