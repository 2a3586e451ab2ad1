"""What was learned from each municipality's knowledge."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "learned",
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("knowledge_version", sa.Integer(), nullable=True),
        sa.Column("recipe", sa.Integer(), nullable=True),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.Column("learned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seconds", sa.Double(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("progress", sa.Double(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code"],
            ["municipalities.code"],
            name=op.f("fk_learned_municipality_code_municipalities"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("municipality_code", name=op.f("pk_learned")),
    )
    op.add_column("municipalities", sa.Column("learned_version", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("municipalities", "learned_version")
    op.drop_table("learned")
