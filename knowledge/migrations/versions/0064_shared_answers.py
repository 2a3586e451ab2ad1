"""Answers with an address of their own: whether search engines may list them, how often their links were opened"""

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0063"


def upgrade() -> None:
    op.add_column("municipalities", sa.Column("searchable", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("municipalities", sa.Column("line_id", sa.String(length=20), nullable=True))
    op.create_table(
        "link_clicks",
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("entry_id", sa.String(length=60), nullable=False),
        sa.Column("link", sa.String(length=16), nullable=False),
        sa.Column("url", sa.String(length=1000), nullable=False),
        sa.Column("clicks", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code"],
            ["municipalities.code"],
            name=op.f("fk_link_clicks_municipality_code_municipalities"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("municipality_code", "day", "entry_id", "link", name=op.f("pk_link_clicks")),
    )


def downgrade() -> None:
    op.drop_table("link_clicks")
    op.drop_column("municipalities", "line_id")
    op.drop_column("municipalities", "searchable")
