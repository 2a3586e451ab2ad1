"""Opening hours of a municipality's places, and single days that differ."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.create_table(
        "opening_places",
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("also_called", sa.JSON(), nullable=False),
        sa.Column("week", sa.JSON(), nullable=False),
        sa.Column("lunch_from", sa.String(length=5), nullable=True),
        sa.Column("lunch_until", sa.String(length=5), nullable=True),
        sa.Column("closed_on_holidays", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("closed_at_new_year", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code"],
            ["municipalities.code"],
            name=op.f("fk_opening_places_municipality_code_municipalities"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("municipality_code", "number", name=op.f("pk_opening_places")),
    )
    op.create_table(
        "special_days",
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("opens", sa.String(length=5), nullable=True),
        sa.Column("closes", sa.String(length=5), nullable=True),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code"],
            ["municipalities.code"],
            name=op.f("fk_special_days_municipality_code_municipalities"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("municipality_code", "place", "day", name=op.f("pk_special_days")),
    )


def downgrade() -> None:
    op.drop_table("special_days")
    op.drop_table("opening_places")
