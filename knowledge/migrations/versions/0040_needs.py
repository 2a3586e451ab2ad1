"""Cards of needs (ニーズ票): what residents asked for and did not get, their texts, and what was done about them"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"

UNJOINED = sa.text("need_signal IS NOT NULL AND need IS NULL AND text IS NOT NULL")
JOINED = sa.text("need IS NOT NULL")
SIGNALS = """
UPDATE query_log SET need_signal = CASE
  WHEN feedback = 'unsolved' THEN 'unsolved'
  WHEN decision = 'none' THEN 'none'
  WHEN decision = 'suggest' AND tapped_entry_id IS NULL THEN 'near'
  WHEN decision = 'suggest' AND tapped_entry_id = '' THEN 'refused'
  ELSE 'contact' END
WHERE (feedback IS NULL OR feedback <> 'solved')
  AND (feedback = 'unsolved' OR decision = 'none'
       OR (decision = 'suggest' AND (tapped_entry_id IS NULL OR tapped_entry_id = ''))
       OR (decision IN ('answer', 'suggest') AND contact_at IS NOT NULL))
"""


def upgrade() -> None:
    op.create_table(
        "needs",
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("name_by_staff", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("gap", sa.String(length=12), nullable=False),
        sa.Column("gap_by_staff", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("department", sa.String(length=60), nullable=True),
        sa.Column("department_by_staff", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("measure", sa.String(length=20), nullable=True),
        sa.Column("entry_id", sa.String(length=60), nullable=True),
        sa.Column("answer_id", sa.String(length=60), nullable=True),
        sa.Column("answer_version", sa.Integer(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("inquiry_of", sa.String(length=80), nullable=True),
        sa.Column("inquired_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("reminded_on", sa.Date(), nullable=True),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("reply_source", sa.String(length=200), nullable=True),
        sa.Column("reason", sa.String(length=400), nullable=True),
        sa.Column("merged_into", sa.Integer(), nullable=True),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("askers", sa.Integer(), nullable=False),
        sa.Column("nameless", sa.Integer(), nullable=False),
        sa.Column("recent", sa.Integer(), nullable=False),
        sa.Column("before", sa.Integer(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=True),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("counted_on", sa.Date(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code"],
            ["municipalities.code"],
            name=op.f("fk_needs_municipality_code_municipalities"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("municipality_code", "number", name=op.f("pk_needs")),
    )
    op.create_index(op.f("ix_needs_municipality_code_state"), "needs", ["municipality_code", "state"])
    op.create_table(
        "need_texts",
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("placed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code", "number"],
            ["needs.municipality_code", "needs.number"],
            name=op.f("fk_need_texts_municipality_code_needs"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("municipality_code", "key", name=op.f("pk_need_texts")),
    )
    op.create_index(op.f("ix_need_texts_municipality_code_number"), "need_texts", ["municipality_code", "number"])
    op.create_index(op.f("ix_need_texts_municipality_code_last_on"), "need_texts", ["municipality_code", "last_on"])
    op.create_table(
        "need_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account", sa.String(length=60), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code", "number"],
            ["needs.municipality_code", "needs.number"],
            name=op.f("fk_need_events_municipality_code_needs"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_events")),
    )
    op.create_index(op.f("ix_need_events_municipality_code_number"), "need_events", ["municipality_code", "number"])
    op.add_column("query_log", sa.Column("need_signal", sa.String(length=10), nullable=True))
    op.add_column("query_log", sa.Column("need", sa.Integer(), nullable=True))
    op.execute(SIGNALS)
    op.create_index(
        "ix_query_log_need",
        "query_log",
        ["municipality_code", "need", "jst_date", "asker"],
        sqlite_where=JOINED,
        postgresql_where=JOINED,
    )
    op.create_index(
        "ix_query_log_unjoined",
        "query_log",
        ["municipality_code", "asked_at"],
        sqlite_where=UNJOINED,
        postgresql_where=UNJOINED,
    )


def downgrade() -> None:
    op.drop_index("ix_query_log_unjoined", "query_log")
    op.drop_index("ix_query_log_need", "query_log")
    op.drop_column("query_log", "need")
    op.drop_column("query_log", "need_signal")
    op.drop_table("need_events")
    op.drop_table("need_texts")
    op.drop_table("needs")
