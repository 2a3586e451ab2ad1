"""Why an answer did not solve the matter, as the resident said when asked"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    op.add_column("query_log", sa.Column("reason", sa.String(length=20), nullable=True))


def downgrade() -> None:
    op.drop_column("query_log", "reason")
