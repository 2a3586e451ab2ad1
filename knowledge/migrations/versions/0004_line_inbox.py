"""LINE events between receipt and reply."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "line_events",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("webhook_event_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("message_kind", sa.String(length=20), nullable=True),
        sa.Column("message_id", sa.String(length=40), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("note", sa.String(length=80), nullable=True),
        sa.Column("reply_token", sa.String(length=128), nullable=True),
        sa.Column("asker", sa.String(length=32), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("personal_data", sa.Boolean(), nullable=False),
        sa.Column("postback", sa.String(length=300), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.String(length=80), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("deliveries", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_events")),
        sa.UniqueConstraint(
            "municipality_code", "webhook_event_id", name=op.f("uq_line_events_municipality_code_webhook_event_id")
        ),
    )
    op.create_index(
        op.f("ix_line_events_municipality_code_asker_state"),
        "line_events",
        ["municipality_code", "asker", "state"],
        unique=False,
    )
    op.create_index(
        op.f("ix_line_events_municipality_code_message_id"),
        "line_events",
        ["municipality_code", "message_id"],
        unique=False,
    )
    op.create_index(op.f("ix_line_events_state_occurred_at"), "line_events", ["state", "occurred_at"], unique=False)
    op.create_table(
        "quarantined_bodies",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantined_bodies")),
    )
    op.create_table(
        "unsent_messages",
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("message_id", sa.String(length=40), nullable=False),
        sa.Column("unsent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("municipality_code", "message_id", name=op.f("pk_unsent_messages")),
    )


def downgrade() -> None:
    op.drop_table("unsent_messages")
    op.drop_table("quarantined_bodies")
    op.drop_index(op.f("ix_line_events_state_occurred_at"), table_name="line_events")
    op.drop_index(op.f("ix_line_events_municipality_code_message_id"), table_name="line_events")
    op.drop_index(op.f("ix_line_events_municipality_code_asker_state"), table_name="line_events")
    op.drop_table("line_events")
