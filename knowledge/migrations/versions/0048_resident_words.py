"""Words of residents beside the office's (住民のことば), as counted last, and what staff said of them"""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"


def upgrade() -> None:
    op.create_table(
        "resident_words",
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("word", sa.String(length=60), nullable=False),
        sa.Column("entry_id", sa.String(length=60), nullable=False),
        sa.Column("official", sa.String(length=60), nullable=False),
        sa.Column("questions", sa.Integer(), nullable=False),
        sa.Column("askers", sa.Integer(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("known", sa.String(length=8), nullable=False),
        sa.Column("sources", sa.String(length=60), nullable=False),
        sa.Column("in_answers", sa.Boolean(), nullable=False),
        sa.Column("need", sa.Integer(), nullable=True),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code"],
            ["municipalities.code"],
            name=op.f("fk_resident_words_municipality_code_municipalities"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("municipality_code", "word", "entry_id", name=op.f("pk_resident_words")),
    )
    op.create_index(
        op.f("ix_resident_words_municipality_code_entry_id"), "resident_words", ["municipality_code", "entry_id"]
    )
    op.create_table(
        "resident_word_choices",
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("word", sa.String(length=60), nullable=False),
        sa.Column("entry_id", sa.String(length=60), nullable=False),
        sa.Column("choice", sa.String(length=8), nullable=False),
        sa.Column("chosen_by", sa.String(length=60), nullable=False),
        sa.Column("chosen_name", sa.String(length=80), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code"],
            ["municipalities.code"],
            name=op.f("fk_resident_word_choices_municipality_code_municipalities"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("municipality_code", "word", "entry_id", name=op.f("pk_resident_word_choices")),
    )


def downgrade() -> None:
    op.drop_table("resident_word_choices")
    op.drop_table("resident_words")
