"""What an import changed is kept for a while, so that it can be taken back whole"""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"


def upgrade() -> None:
    op.create_table(
        "taken_imports",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author_name", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code"],
            ["municipalities.code"],
            name=op.f("fk_taken_imports_municipality_code_municipalities"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_taken_imports")),
    )
    op.create_index(op.f("ix_taken_imports_municipality_code"), "taken_imports", ["municipality_code"])
    op.create_index(op.f("ix_taken_imports_taken_at"), "taken_imports", ["taken_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_taken_imports_taken_at"), "taken_imports")
    op.drop_index(op.f("ix_taken_imports_municipality_code"), "taken_imports")
    op.drop_table("taken_imports")
