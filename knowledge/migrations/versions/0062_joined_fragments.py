"""Which message a fragment was joined to: who takes one back takes back what stands there"""

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"


def upgrade() -> None:
    op.add_column("line_events", sa.Column("joined_to", sa.String(length=40), nullable=True))


def downgrade() -> None:
    op.drop_column("line_events", "joined_to")
