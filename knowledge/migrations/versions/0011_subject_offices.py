"""Which office sees to which subject, and which subject a question without an answer was about."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "subject_offices",
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("department", sa.String(length=80), nullable=True),
        sa.Column("telephone", sa.String(length=20), nullable=True),
        sa.Column("url", sa.String(length=1000), nullable=True),
        sa.Column("by_staff", sa.Boolean(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code"],
            ["municipalities.code"],
            name=op.f("fk_subject_offices_municipality_code_municipalities"),
        ),
        sa.PrimaryKeyConstraint("municipality_code", "subject", name=op.f("pk_subject_offices")),
    )
    op.add_column("query_log", sa.Column("subject", sa.String(length=90), nullable=True))


def downgrade() -> None:
    op.drop_column("query_log", "subject")
    op.drop_table("subject_offices")
