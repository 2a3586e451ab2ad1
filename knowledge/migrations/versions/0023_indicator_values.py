"""The actual values of indicators by fiscal year, every correction kept."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.create_table(
        "indicator_values",
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("entry_id", sa.String(length=60), nullable=False),
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(length=40), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("written_by", sa.String(length=60), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code"],
            ["municipalities.code"],
            name=op.f("fk_indicator_values_municipality_code_municipalities"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "municipality_code", "entry_id", "fiscal_year", "number", name=op.f("pk_indicator_values")
        ),
    )


def downgrade() -> None:
    op.drop_table("indicator_values")
