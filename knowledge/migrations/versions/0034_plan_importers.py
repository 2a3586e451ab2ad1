"""Who brought a plan: that person does not approve its pieces"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    op.add_column("plans", sa.Column("imported_by", sa.String(length=60), nullable=True))


def downgrade() -> None:
    op.drop_column("plans", "imported_by")
