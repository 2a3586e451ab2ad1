"""Plans that staff bring, and their sections."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("plans", sa.Column("state", sa.String(length=12), nullable=False, server_default="published"))
    op.add_column("plans", sa.Column("imported", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "plan_sections",
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("plan_id", sa.String(length=60), nullable=False),
        sa.Column("section_id", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("path", sa.JSON(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code", "plan_id"],
            ["plans.municipality_code", "plans.plan_id"],
            name=op.f("fk_plan_sections_municipality_code_plan_id_plans"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("municipality_code", "plan_id", "section_id", name=op.f("pk_plan_sections")),
    )


def downgrade() -> None:
    op.drop_table("plan_sections")
    op.drop_column("plans", "imported")
    op.drop_column("plans", "state")
