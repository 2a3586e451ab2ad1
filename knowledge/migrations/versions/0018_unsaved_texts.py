"""What was typed when a session ended."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "unsaved_texts",
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("account", sa.String(length=60), nullable=False),
        sa.Column("form", sa.String(length=120), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code"],
            ["municipalities.code"],
            name=op.f("fk_unsaved_texts_municipality_code_municipalities"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("municipality_code", "account", "form", name=op.f("pk_unsaved_texts")),
    )


def downgrade() -> None:
    op.drop_table("unsaved_texts")
