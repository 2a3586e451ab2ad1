"""The rich menus of a municipality: the usual one and the one for disasters"""

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"


def upgrade() -> None:
    op.create_table(
        "rich_menus",
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("variant", sa.String(length=10), nullable=False),
        sa.Column("bar_text", sa.String(length=14), nullable=False),
        sa.Column("compact", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("areas", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code"],
            ["municipalities.code"],
            name=op.f("fk_rich_menus_municipality_code_municipalities"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("municipality_code", "variant", name=op.f("pk_rich_menus")),
    )


def downgrade() -> None:
    op.drop_table("rich_menus")
