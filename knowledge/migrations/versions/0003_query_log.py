"""What residents asked, and what dialogues were about."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "conversations",
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("municipality_code", "key", name=op.f("pk_conversations")),
    )
    op.create_table(
        "query_log",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("event_key", sa.String(length=80), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("jst_date", sa.Date(), nullable=False),
        sa.Column("jst_hour", sa.Integer(), nullable=False),
        sa.Column("jst_weekday", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("personal_data", sa.Boolean(), nullable=False),
        sa.Column("asker", sa.String(length=32), nullable=True),
        sa.Column("message_id", sa.String(length=40), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=False),
        sa.Column("entry_id", sa.String(length=60), nullable=True),
        sa.Column("entry_version", sa.Integer(), nullable=True),
        sa.Column("department", sa.String(length=60), nullable=True),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("candidates", sa.JSON(), nullable=False),
        sa.Column("index_version", sa.Integer(), nullable=False),
        sa.Column("elapsed_ms", sa.Double(), nullable=False),
        sa.Column("tapped_entry_id", sa.String(length=60), nullable=True),
        sa.Column("tapped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("feedback", sa.String(length=12), nullable=True),
        sa.Column("feedback_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("more_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("contact_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_query_log")),
        sa.UniqueConstraint("municipality_code", "event_key", name=op.f("uq_query_log_municipality_code_event_key")),
    )
    op.create_index(
        op.f("ix_query_log_municipality_code_asker"), "query_log", ["municipality_code", "asker"], unique=False
    )
    op.create_index(
        op.f("ix_query_log_municipality_code_jst_date"), "query_log", ["municipality_code", "jst_date"], unique=False
    )
    op.create_index(
        op.f("ix_query_log_municipality_code_message_id"),
        "query_log",
        ["municipality_code", "message_id"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_query_log_municipality_code_message_id"), table_name="query_log")
    op.drop_index(op.f("ix_query_log_municipality_code_jst_date"), table_name="query_log")
    op.drop_index(op.f("ix_query_log_municipality_code_asker"), table_name="query_log")
    op.drop_table("query_log")
    op.drop_table("conversations")
