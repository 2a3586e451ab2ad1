"""The other departments that an answer concerns, for staff to know of."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    nothing = sa.text("'[]'")
    op.add_column("entries", sa.Column("related_departments", sa.JSON(), server_default=nothing, nullable=False))


def downgrade() -> None:
    op.drop_column("entries", "related_departments")
