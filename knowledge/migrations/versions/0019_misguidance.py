"""Sheets of wrong answers, and counting the log by entry."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "misguidances",
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.String(length=60), nullable=False),
        sa.Column("question", sa.String(length=80), nullable=False),
        sa.Column("first_version", sa.Integer(), nullable=False),
        sa.Column("last_version", sa.Integer(), nullable=False),
        sa.Column("live_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("live_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("askers", sa.Integer(), nullable=False),
        sa.Column("nameless", sa.Integer(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wrong", sa.Text(), nullable=False),
        sa.Column("done", sa.Text(), nullable=False),
        sa.Column("author", sa.String(length=60), nullable=True),
        sa.Column("author_name", sa.String(length=60), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code"],
            ["municipalities.code"],
            name=op.f("fk_misguidances_municipality_code_municipalities"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("municipality_code", "number", name=op.f("pk_misguidances")),
    )
    op.create_index(
        op.f("ix_misguidances_municipality_code_entry_id"), "misguidances", ["municipality_code", "entry_id"]
    )
    op.create_index(
        op.f("ix_query_log_municipality_code_entry_id_jst_date"),
        "query_log",
        ["municipality_code", "entry_id", "jst_date"],
    )
    op.create_index(
        "ix_query_log_feedback",
        "query_log",
        ["municipality_code", "jst_date", "entry_id", "tapped_entry_id", "feedback"],
        sqlite_where=sa.text("feedback IS NOT NULL"),
        postgresql_where=sa.text("feedback IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_query_log_municipality_code_tapped_entry_id_jst_date"),
        "query_log",
        ["municipality_code", "tapped_entry_id", "jst_date"],
        sqlite_where=sa.text("tapped_entry_id IS NOT NULL"),
        postgresql_where=sa.text("tapped_entry_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_query_log_municipality_code_tapped_entry_id_jst_date"), table_name="query_log")
    op.drop_index("ix_query_log_feedback", table_name="query_log")
    op.drop_index(op.f("ix_query_log_municipality_code_entry_id_jst_date"), table_name="query_log")
    op.drop_table("misguidances")
