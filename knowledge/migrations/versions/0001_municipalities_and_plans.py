"""The municipalities, their plans and measures."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "municipalities",
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("kana", sa.String(length=80), nullable=False),
        sa.Column("prefecture", sa.String(length=10), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("contact_department", sa.String(length=60), nullable=False),
        sa.Column("contact_telephone", sa.String(length=20), nullable=True),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.Column("examples", sa.JSON(), nullable=False),
        sa.Column("taken_over", sa.Boolean(), nullable=False),
        sa.Column("knowledge_version", sa.Integer(), nullable=False),
        sa.Column("bundled_digest", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_municipalities")),
    )
    op.create_table(
        "measures",
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("number", sa.String(length=30), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("parent", sa.String(length=30), nullable=True),
        sa.Column("department", sa.String(length=60), nullable=True),
        sa.Column("source_plan", sa.String(length=60), nullable=False),
        sa.Column("source_section", sa.String(length=80), nullable=False),
        sa.Column("source_page", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipalities.code"], name=op.f("fk_measures_municipality_code_municipalities")
        ),
        sa.PrimaryKeyConstraint("municipality_code", "number", name=op.f("pk_measures")),
    )
    op.create_table(
        "plans",
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("plan_id", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("short_title", sa.String(length=30), nullable=False),
        sa.Column("draft", sa.Boolean(), nullable=False),
        sa.Column("published", sa.String(length=10), nullable=True),
        sa.Column("period_from", sa.Date(), nullable=True),
        sa.Column("period_until", sa.Date(), nullable=False),
        sa.Column("period_text", sa.String(length=80), nullable=False),
        sa.Column("url", sa.String(length=1000), nullable=True),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipalities.code"], name=op.f("fk_plans_municipality_code_municipalities")
        ),
        sa.PrimaryKeyConstraint("municipality_code", "plan_id", name=op.f("pk_plans")),
    )


def downgrade() -> None:
    op.drop_table("plans")
    op.drop_table("measures")
    op.drop_table("municipalities")
