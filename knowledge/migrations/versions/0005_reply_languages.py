"""Languages of the reply, and what staff wrote in them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column(
        "municipalities",
        sa.Column("reply_languages", sa.JSON(), nullable=False, server_default='["en", "easy"]'),
    )
    op.add_column("entries", sa.Column("translations", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    op.drop_column("entries", "translations")
    op.drop_column("municipalities", "reply_languages")
