"""The first words of a municipality to whoever comes anew, and its notice in a disaster or an outage."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.add_column("municipalities", sa.Column("greeting", sa.String(length=200), nullable=True))
    op.create_table(
        "notices",
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code"],
            ["municipalities.code"],
            name=op.f("fk_notices_municipality_code_municipalities"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("municipality_code", name=op.f("pk_notices")),
    )


def downgrade() -> None:
    op.drop_table("notices")
    op.drop_column("municipalities", "greeting")
