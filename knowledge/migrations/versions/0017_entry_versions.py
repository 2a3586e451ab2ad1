"""Every version of an entry, and whether its author may approve it."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "entry_versions",
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("entry_id", sa.String(length=60), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("audience", sa.String(length=8), nullable=False),
        sa.Column("staff_note", sa.Text(), nullable=False),
        sa.Column("author", sa.String(length=60), nullable=True),
        sa.Column("author_name", sa.String(length=60), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=True),
        sa.Column("requested_by", sa.String(length=60), nullable=True),
        sa.Column("requested_name", sa.String(length=60), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=60), nullable=True),
        sa.Column("decided_name", sa.String(length=60), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("deputy", sa.Boolean(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("confirmation", sa.String(length=8), nullable=True),
        sa.Column("confirmed_by", sa.String(length=60), nullable=True),
        sa.Column("confirmed_name", sa.String(length=60), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("publish_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("live_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("live_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("document_number", sa.String(length=60), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["municipality_code"],
            ["municipalities.code"],
            name=op.f("fk_entry_versions_municipality_code_municipalities"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("municipality_code", "entry_id", "number", name=op.f("pk_entry_versions")),
    )
    op.create_index(op.f("ix_entry_versions_end_at"), "entry_versions", ["end_at"])
    op.create_index(op.f("ix_entry_versions_municipality_code_state"), "entry_versions", ["municipality_code", "state"])
    op.create_index(op.f("ix_entry_versions_publish_at"), "entry_versions", ["publish_at"])
    op.add_column("municipalities", sa.Column("drafts_version", sa.Integer(), nullable=False, server_default="0"))
    op.add_column(
        "municipalities", sa.Column("separate_approver", sa.Boolean(), server_default=sa.true(), nullable=False)
    )


def downgrade() -> None:
    op.drop_column("municipalities", "separate_approver")
    op.drop_column("municipalities", "drafts_version")
    op.drop_table("entry_versions")
