"""Charts that pages show, and their pictures once drawn"""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0046"


def upgrade() -> None:
    op.create_table(
        "pictures",
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("digest", sa.String(length=40), nullable=False),
        sa.Column("chart", sa.Text(), nullable=False),
        sa.Column("svg", sa.Text(), nullable=True),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code"],
            ["municipalities.code"],
            name=op.f("fk_pictures_municipality_code_municipalities"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("municipality_code", "digest", name=op.f("pk_pictures")),
    )


def downgrade() -> None:
    op.drop_table("pictures")
