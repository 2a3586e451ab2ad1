"""The address of a municipality's privacy policy"""

import sqlalchemy as sa
from alembic import op

revision = "0067"
down_revision = "0066"


def upgrade() -> None:
    op.add_column("municipalities", sa.Column("privacy_url", sa.String(length=1000), nullable=True))


def downgrade() -> None:
    op.drop_column("municipalities", "privacy_url")
